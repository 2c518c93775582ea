//! Mixing the bits of a number: the finaliser of SplitMix64 (Steele, Lea, Flood 2014, as Stafford's variant 13).

/// 2^64 divided by the golden ratio: its multiples spread over all numbers, so that steps of this size do not come
/// again and a product has the bits of its other factor in its upper ones.
pub(crate) const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;

const FIRST: u64 = 0xbf58_476d_1ce4_e5b9;
const SECOND: u64 = 0x94d0_49bb_1331_11eb;

/// Spreads every bit of a number over all bits. No two numbers become the same one, and zero stays zero.
pub(crate) const fn mix(number: u64) -> u64 {
    let number = (number ^ (number >> 30)).wrapping_mul(FIRST);
    let number = (number ^ (number >> 27)).wrapping_mul(SECOND);
    number ^ (number >> 31)
}

/// The number that [`mix`] makes this one of.
pub(crate) const fn unmix(mixed: u64) -> u64 {
    // Each step backwards: the factors are the inverses modulo 2^64, the shifts are repeated until nothing is left
    // to undo.
    let mixed = (mixed ^ (mixed >> 31) ^ (mixed >> 62)).wrapping_mul(0x3196_42b2_d24d_8ec3);
    let mixed = (mixed ^ (mixed >> 27) ^ (mixed >> 54)).wrapping_mul(0x96de_1b17_3f11_9089);
    mixed ^ (mixed >> 30) ^ (mixed >> 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mixing_can_be_undone() {
        let numbers = (0..64).map(|bit| 1 << bit).chain([0, 7, u64::MAX, 0x0123_4567_89ab_cdef]);
        numbers.for_each(|number| assert_eq!(unmix(mix(number)), number));
    }

    #[test]
    fn neighbours_differ_in_about_half_of_their_bits() {
        let differing: u32 = (0..1_000).map(|number| (mix(number) ^ mix(number + 1)).count_ones()).sum();
        let mean = f64::from(differing) / 1_000.0;
        assert!((31.0..33.0).contains(&mean), "{mean}");
    }

    #[test]
    fn the_numbers_are_those_of_the_reference() {
        // SplitMix64 seeded with 1234567: the first outputs of the implementation in Rosetta Code's task.
        let step = GOLDEN;
        let outputs: Vec<_> =
            (1..=3).map(|count| mix(1_234_567_u64.wrapping_add(step.wrapping_mul(count)))).collect();
        assert_eq!(
            outputs,
            [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423]
        );
    }
}
