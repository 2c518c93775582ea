//! From label values to their slot: a few entries a thread, so that the monitor's own table is rarely asked.

use std::cell::RefCell;

use crate::dispatch::attach::core_of;
use crate::dispatch::callsite::Callsite;
use crate::dispatch::lane::Lane;
use crate::model::LabelRef;

const ENTRIES: usize = 128;
/// Longer combinations are looked up in the monitor's table each time.
const KEY: usize = 46;

/// One combination: whose, which values, which slot.
#[derive(Clone, Copy)]
#[repr(align(64))]
struct Remembered {
    owner: u64,
    slot: u16,
    length: u8,
    key: [u8; KEY],
}

thread_local! {
    static REMEMBERED: RefCell<[Remembered; ENTRIES]> =
        const { RefCell::new([Remembered { owner: u64::MAX, slot: 0, length: 0, key: [0; KEY] }; ENTRIES]) };
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
    if key.len() > KEY {
        return miss(lane, source, max, values);
    }
    let owner = lane.core() << 24 | u64::from(source);
    let place = (hash(key) ^ owner) as usize % ENTRIES;
    let found = REMEMBERED.try_with(|remembered| {
        let remembered = remembered.try_borrow().ok()?;
        let entry = &remembered[place];
        (entry.owner == owner && entry.key.get(..usize::from(entry.length)) == Some(key)).then_some(entry.slot)
    });
    match found.ok().flatten() {
        Some(slot) => slot,
        None => remember(lane, source, max, key, values, owner, place),
    }
}

#[cold]
#[inline(never)]
fn remember(
    lane: &'static Lane,
    source: u32,
    max: u32,
    key: &[u8],
    values: &[LabelRef<'_>],
    owner: u64,
    place: usize,
) -> u16 {
    let slot = miss(lane, source, max, values);
    // Without the thread-local only time is lost.
    let _ = REMEMBERED.try_with(|remembered| {
        if let Ok(mut remembered) = remembered.try_borrow_mut() {
            let entry = &mut remembered[place];
            *entry = Remembered { owner, slot, length: key.len() as u8, key: [0; KEY] };
            entry.key[..key.len()].copy_from_slice(key);
        }
    });
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
            LabelRef::Text(text) => (u8::try_from(text.len()).ok().filter(|length| *length < 0xfe)?, text.as_bytes()),
        };
        let end = length + 1 + bytes.len();
        let place = key.get_mut(length..end)?;
        place[0] = mark;
        place[1..].copy_from_slice(bytes);
        length = end;
    }
    Some(length)
}

/// A quick hash of short text; the comparison afterwards is exact.
#[inline]
fn hash(bytes: &[u8]) -> u64 {
    let word = |bytes: &[u8; 8]| u64::from_le_bytes(*bytes);
    let (first, last) = match (bytes.first_chunk::<8>(), bytes.last_chunk::<8>()) {
        (Some(first), Some(last)) => (word(first), word(last)),
        _ => match (bytes.first_chunk::<4>(), bytes.last_chunk::<4>()) {
            (Some(first), Some(last)) => {
                (u64::from(u32::from_le_bytes(*first)), u64::from(u32::from_le_bytes(*last)))
            }
            _ => (u64::from(bytes.first().copied().unwrap_or(0)), u64::from(bytes.last().copied().unwrap_or(0))),
        },
    };
    let mixed = (first ^ last.rotate_left(32) ^ bytes.len() as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    mixed >> 32
}
