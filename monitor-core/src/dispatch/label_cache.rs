//! From label values to their slot: a few entries a thread, so that the monitor's own table is rarely asked.

use std::cell::RefCell;

use crate::dispatch::attach::core_of;
use crate::dispatch::callsite::Callsite;
use crate::dispatch::lane::Lane;
use crate::dispatch::short_labels::ShortKey;
use crate::model::GOLDEN;
use crate::model::LabelRef;

/// Combinations are spread over so many sets of so many places: a few that fall into the same set stay side by
/// side instead of driving each other out.
const SETS: usize = 32;
const WAYS: usize = 4;
/// Longer combinations are looked up in the monitor's table each time.
const KEY: usize = 48;
const WORDS: usize = KEY / 8;

/// One combination: whose, which values, which slot.
#[derive(Clone, Copy)]
struct Remembered {
    owner: u64,
    key: [u64; WORDS],
    slot: u16,
}

/// Combinations that share a set, and which of them goes next.
#[derive(Clone, Copy)]
struct Set {
    ways: [Remembered; WAYS],
    next: u8,
}

const NOTHING: Remembered = Remembered { owner: u64::MAX, key: [0; WORDS], slot: 0 };

thread_local! {
    static REMEMBERED: RefCell<[Set; SETS]> =
        const { RefCell::new([Set { ways: [NOTHING; WAYS], next: 0 }; SETS]) };
}

/// The slot of this value at a callsite, if it is the only label there and was met lately.
#[inline(always)]
pub(crate) fn known_slot(
    lane: &'static Lane,
    callsite: &'static Callsite,
    value: LabelRef<'_>,
) -> Option<u16> {
    lane.labels.find(callsite.id(), ShortKey::new(value)?)
}

/// The slot of these values at a callsite.
pub(crate) fn label_slot(lane: &'static Lane, callsite: &'static Callsite, values: &[LabelRef<'_>]) -> u16 {
    source_slot(lane, callsite.id(), callsite.metadata().max, values)
}

/// The slot of these values of a source.
#[inline]
pub(crate) fn source_slot(lane: &'static Lane, source: u32, max: u32, values: &[LabelRef<'_>]) -> u16 {
    if let [value] = values
        && let Some(key) = ShortKey::new(*value)
    {
        return lane.labels.find(source, key).unwrap_or_else(|| {
            let slot = ask(lane, source, max, values);
            lane.labels.remember(source, key, slot);
            slot
        });
    }
    match encode(values) {
        Some(key) => combined_slot(lane, source, max, key, values),
        None => ask(lane, source, max, values),
    }
}

fn combined_slot(
    lane: &'static Lane,
    source: u32,
    max: u32,
    key: [u64; WORDS],
    values: &[LabelRef<'_>],
) -> u16 {
    let owner = lane.core() << 24 | u64::from(source);
    let set = set(owner, &key);
    let found = REMEMBERED.with(|remembered| {
        let remembered = remembered.try_borrow().ok()?;
        let is = |entry: &&Remembered| entry.owner == owner && entry.key == key;
        remembered[set].ways.iter().find(is).map(|entry| entry.slot)
    });
    found.unwrap_or_else(|| {
        let slot = ask(lane, source, max, values);
        REMEMBERED.with(|remembered| {
            if let Ok(mut remembered) = remembered.try_borrow_mut() {
                let set = &mut remembered[set];
                set.ways[usize::from(set.next) % WAYS] = Remembered { owner, key, slot };
                set.next = set.next.wrapping_add(1);
            }
        });
        slot
    })
}

fn set(owner: u64, key: &[u64; WORDS]) -> usize {
    let mix = |mixed: u64, word: &u64| (mixed.rotate_left(23) ^ word).wrapping_mul(GOLDEN);
    (key.iter().fold(owner, mix) >> 40) as usize % SETS
}

/// Asks the monitor's own table.
#[cold]
#[inline(never)]
fn ask(lane: &'static Lane, source: u32, max: u32, values: &[LabelRef<'_>]) -> u16 {
    core_of(lane).map_or(0, |core| core.slot(source, values, max))
}

/// Writes the values one behind the other, each with its kind or length, so that no two combinations look alike.
fn encode(values: &[LabelRef<'_>]) -> Option<[u64; WORDS]> {
    const INTEGER: u8 = 0xfe;
    const KNOWN: u8 = 0xff;
    let mut key = [0; KEY];
    let mut rest = &mut key[..];
    let mut put = |bytes: &[u8]| {
        let (here, after) = std::mem::take(&mut rest).split_at_mut_checked(bytes.len())?;
        here.copy_from_slice(bytes);
        rest = after;
        Some(())
    };
    for value in values {
        match value {
            LabelRef::Integer(number) => {
                put(&[INTEGER])?;
                put(&number.to_le_bytes())?;
            }
            // A generic function has labels of several types at one source.
            LabelRef::Known { index, value, .. } => {
                put(&[KNOWN])?;
                put(&(*index as u32).to_le_bytes())?;
                put(&(*value as usize).to_le_bytes())?;
            }
            LabelRef::Text(text) => {
                // One more, so that an empty text is not what follows the last value.
                put(&[u8::try_from(text.len() + 1).ok().filter(|length| *length < INTEGER)?])?;
                put(text.as_bytes())?;
            }
        }
    }
    let (words, _) = key.as_chunks();
    Some(std::array::from_fn(|word| u64::from_le_bytes(words[word])))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_combinations_look_alike() {
        let text = LabelRef::Text;
        assert_ne!(encode(&[text("a"), text("bc")]), encode(&[text("ab"), text("c")]));
        assert_ne!(encode(&[text("a"), LabelRef::Integer(1)]), encode(&[LabelRef::Integer(1), text("a")]));
        assert_ne!(encode(&[text("a")]), encode(&[text("a"), text("")]));
        assert_eq!(encode(&[text(&"x".repeat(KEY)), text("y")]), None);
    }
}
