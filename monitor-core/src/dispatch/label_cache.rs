//! From label values to their slot: a few entries a thread, so that the monitor's own table is rarely asked.

use std::cell::RefCell;

use crate::dispatch::attach::core_of;
use crate::dispatch::callsite::Callsite;
use crate::dispatch::lane::Lane;
use crate::model::LabelRef;

/// Combinations are spread over so many sets of so many places: a few that fall into the same set stay side by
/// side instead of driving each other out.
const SETS: usize = 32;
const WAYS: usize = 4;
/// Longer combinations are looked up in the monitor's table each time.
const KEY: usize = 45;

/// One combination: whose, which values, which slot.
#[derive(Clone, Copy)]
struct Remembered {
    owner: u64,
    ends: Ends,
    slot: u16,
    length: u8,
    key: [u8; KEY],
}

/// The first and the last eight bytes of a key: all of it, if it is at most sixteen bytes long.
type Ends = (u64, u64);

/// The longest key that its ends tell from every other of the same length.
const TOLD_BY_ENDS: usize = 16;

/// Combinations that share a set, and which of them goes next.
#[derive(Clone, Copy)]
struct Set {
    ways: [Remembered; WAYS],
    next: u8,
}

const NOTHING: Remembered = Remembered { owner: u64::MAX, ends: (0, 0), slot: 0, length: 0, key: [0; KEY] };

thread_local! {
    static REMEMBERED: RefCell<[Set; SETS]> =
        const { RefCell::new([Set { ways: [NOTHING; WAYS], next: 0 }; SETS]) };
}

/// The slot of these values at a callsite.
pub(crate) fn label_slot(lane: &'static Lane, callsite: &'static Callsite, values: &[LabelRef<'_>]) -> u16 {
    source_slot(lane, callsite.id(), callsite.metadata().max, values)
}

/// The slot of these values of a source.
#[inline]
pub(crate) fn source_slot(lane: &'static Lane, source: u32, max: u32, values: &[LabelRef<'_>]) -> u16 {
    if let [LabelRef::Text(text)] = values {
        return find(lane, source, max, text.as_bytes(), values);
    }
    let mut key = [0; KEY];
    match encode(values, &mut key) {
        Some(length) => find(lane, source, max, &key[..length], values),
        None => miss(lane, source, max, values),
    }
}

#[inline]
fn find(lane: &'static Lane, source: u32, max: u32, key: &[u8], values: &[LabelRef<'_>]) -> u16 {
    let owner = lane.core() << 24 | u64::from(source);
    let ends = ends(key);
    let found = REMEMBERED.with(|remembered| {
        let remembered = remembered.try_borrow().ok()?;
        let same = |entry: &&Remembered| {
            entry.ends == ends
                && entry.owner == owner
                && usize::from(entry.length) == key.len()
                && (key.len() <= TOLD_BY_ENDS || entry.key.get(..key.len()) == Some(key))
        };
        remembered[place(owner, ends)].ways.iter().find(same).map(|entry| entry.slot)
    });
    match found {
        Some(slot) => slot,
        None => remember(lane, source, max, key, values),
    }
}

#[inline]
fn place(owner: u64, ends: Ends) -> usize {
    let mixed = (ends.0 ^ ends.1.rotate_left(32) ^ owner).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (mixed >> 40) as usize % SETS
}

#[cold]
#[inline(never)]
fn remember(lane: &'static Lane, source: u32, max: u32, key: &[u8], values: &[LabelRef<'_>]) -> u16 {
    let slot = miss(lane, source, max, values);
    let owner = lane.core() << 24 | u64::from(source);
    if key.len() <= KEY {
        REMEMBERED.with(|remembered| {
            if let Ok(mut remembered) = remembered.try_borrow_mut() {
                let ends = ends(key);
                let set = &mut remembered[place(owner, ends)];
                let entry = &mut set.ways[usize::from(set.next) % WAYS];
                set.next = set.next.wrapping_add(1);
                *entry = Remembered { owner, ends, slot, length: key.len() as u8, key: [0; KEY] };
                entry.key[..key.len()].copy_from_slice(key);
            }
        });
    }
    slot
}

#[cold]
fn miss(lane: &'static Lane, source: u32, max: u32, values: &[LabelRef<'_>]) -> u16 {
    core_of(lane).map_or(0, |core| core.slot(source, values, max))
}

/// Writes the values one behind the other, each with its length, so that no two combinations look alike. A
/// single text is its own key and never comes here.
fn encode(values: &[LabelRef<'_>], key: &mut [u8; KEY]) -> Option<usize> {
    let mut length = 0;
    for value in values {
        let number;
        let (mark, bytes): (u8, &[u8]) = match value {
            LabelRef::Integer(integer) => {
                number = integer.to_le_bytes();
                (0xfe, &number)
            }
            LabelRef::Known { index, .. } => {
                number = (*index as u64).to_le_bytes();
                (0xff, &number[..4])
            }
            LabelRef::Text(text) => {
                (u8::try_from(text.len()).ok().filter(|length| *length < 0xfe)?, text.as_bytes())
            }
        };
        let end = length + 1 + bytes.len();
        let place = key.get_mut(length..end)?;
        place[0] = mark;
        place[1..].copy_from_slice(bytes);
        length = end;
    }
    Some(length)
}

/// The first and the last eight bytes, which overlap in a short key; of fewer than eight bytes all that is there.
#[inline]
fn ends(key: &[u8]) -> Ends {
    if let (Some(first), Some(last)) = (key.first_chunk::<8>(), key.last_chunk::<8>()) {
        return (u64::from_le_bytes(*first), u64::from_le_bytes(*last));
    }
    if let (Some(first), Some(last)) = (key.first_chunk::<4>(), key.last_chunk::<4>()) {
        return (u64::from(u32::from_le_bytes(*first)), u64::from(u32::from_le_bytes(*last)));
    }
    (key.iter().fold(0, |all, byte| all << 8 | u64::from(*byte)), 0)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn short_keys_of_the_same_length_have_different_ends() {
        for length in 0..=TOLD_BY_ENDS {
            let mut seen = HashSet::new();
            let base = vec![7_u8; length];
            assert!(seen.insert(ends(&base)));
            for position in 0..length {
                let mut other = base.clone();
                other[position] = 8;
                assert!(seen.insert(ends(&other)), "{length} {position}");
            }
        }
    }

    #[test]
    fn no_two_combinations_look_alike() {
        let encoded = |values: &[LabelRef<'_>]| {
            let mut key = [0; KEY];
            encode(values, &mut key).map(|length| key[..length].to_vec())
        };
        let text = LabelRef::Text;
        assert_ne!(encoded(&[text("a"), text("bc")]), encoded(&[text("ab"), text("c")]));
        assert_ne!(encoded(&[text("a"), LabelRef::Integer(1)]), encoded(&[LabelRef::Integer(1), text("a")]));
        assert_eq!(encoded(&[text(&"x".repeat(KEY)), text("y")]), None);
    }
}
