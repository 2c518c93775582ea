//! From one short label value to its slot: a few entries in each lane, read without a lock and without a borrow.

use crate::dispatch::context::Word;
use crate::model::GOLDEN;
use crate::model::LabelRef;

const SETS: usize = if cfg!(loom) { 1 } else { 64 };
/// How many values may fall into the same set side by side.
const WAYS: usize = 2;

/// What tells one short value from all others of its source.
#[derive(Clone, Copy)]
pub(crate) struct ShortKey {
    kind: u8,
    words: (u64, u64),
}

/// The longest text that its first and last eight bytes tell from every other of the same length.
pub(crate) const LONGEST: usize = 16;
const INTEGER: u8 = LONGEST as u8 + 2;
const KNOWN: u8 = INTEGER + 1;

impl ShortKey {
    /// The key of a value; none where it is too long.
    #[inline(always)]
    pub(crate) fn new(value: LabelRef<'_>) -> Option<Self> {
        match value {
            LabelRef::Text(text) => Self::of_text(text.as_bytes()),
            LabelRef::Integer(number) => Some(Self { kind: INTEGER, words: (number as u64, 0) }),
            // A generic function has labels of several types at one source.
            LabelRef::Known { index, value, .. } => {
                Some(Self { kind: KNOWN, words: (index as u64, value as usize as u64) })
            }
        }
    }

    #[inline(always)]
    fn of_text(text: &[u8]) -> Option<Self> {
        if text.len() > LONGEST {
            return None;
        }
        // The two halves overlap in a text of fewer than sixteen bytes.
        let words = if let (Some(first), Some(last)) = (text.first_chunk(), text.last_chunk()) {
            (u64::from_le_bytes(*first), u64::from_le_bytes(*last))
        } else if let (Some(first), Some(last)) = (text.first_chunk(), text.last_chunk()) {
            (u64::from(u32::from_le_bytes(*first)), u64::from(u32::from_le_bytes(*last)))
        } else {
            (text.iter().fold(0, |all, byte| all << 8 | u64::from(*byte)), 0)
        };
        // One more than the length, so that no key is that of an empty place.
        Some(Self { kind: text.len() as u8 + 1, words })
    }

    /// The source and the kind in one word, never zero.
    #[inline(always)]
    fn tag(self, source: u32) -> u64 {
        u64::from(source) << 8 | u64::from(self.kind)
    }

    #[inline(always)]
    fn set(self, tag: u64) -> usize {
        let mixed = (self.words.0 ^ self.words.1.rotate_left(32) ^ tag).wrapping_mul(GOLDEN);
        (mixed >> 40) as usize % SETS
    }
}

/// The values that a lane met lately; only its owner uses them.
pub(crate) struct ShortLabels {
    sets: [[Way; WAYS]; SETS],
    turn: Word,
}

impl Default for ShortLabels {
    fn default() -> Self {
        Self { sets: std::array::from_fn(|_| Default::default()), turn: Word::default() }
    }
}

#[derive(Default)]
struct Way {
    tag: Word,
    words: (Word, Word),
    slot: Word,
}

impl ShortLabels {
    /// The slot of a value of a source, if it is remembered.
    #[inline(always)]
    pub(crate) fn find(&self, source: u32, key: ShortKey) -> Option<u16> {
        let tag = key.tag(source);
        let is = |way: &&Way| {
            way.words.0.get() == key.words.0 && way.words.1.get() == key.words.1 && way.tag.get() == tag
        };
        self.sets[key.set(tag)].iter().find(is).map(|way| way.slot.get() as u16)
    }

    /// Remembers the slot of a value.
    #[cold]
    pub(crate) fn remember(&self, source: u32, key: ShortKey, slot: u16) {
        let (tag, turn) = (key.tag(source), self.turn.get());
        self.turn.set(turn.wrapping_add(1));
        let way = &self.sets[key.set(tag)][turn as usize % WAYS];
        way.words.0.set(key.words.0);
        way.words.1.set(key.words.1);
        way.slot.set(u64::from(slot));
        way.tag.set(tag);
    }

    /// Forgets everything.
    pub(crate) fn clear(&self) {
        self.sets.iter().flatten().for_each(|way| way.tag.set(0));
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn short_texts_have_different_keys() {
        let mut seen = HashSet::new();
        let mut add = |text: &[u8]| {
            let key = ShortKey::of_text(text).unwrap();
            assert!(seen.insert((key.kind, key.words)), "{text:?}");
        };
        for length in 0..=LONGEST {
            let base = vec![7_u8; length];
            add(&base);
            for position in 0..length {
                let mut other = base.clone();
                other[position] = 8;
                add(&other);
            }
        }
        assert!(ShortKey::of_text(&[7; LONGEST + 1]).is_none());
    }

    #[test]
    fn what_was_remembered_is_found_for_its_source_alone() {
        let labels = ShortLabels::default();
        let key = |text| ShortKey::new(LabelRef::Text(text)).unwrap();
        let number = |number| ShortKey::new(LabelRef::Integer(number)).unwrap();
        labels.remember(3, key("eu-west-1"), 7);
        labels.remember(3, number(5), 8);
        assert_eq!(labels.find(3, key("eu-west-1")), Some(7));
        assert_eq!(labels.find(3, number(5)), Some(8));
        assert_eq!(labels.find(3, key("eu-west-2")), None);
        assert_eq!(labels.find(4, key("eu-west-1")), None);
        assert_eq!(labels.find(0, key("")), None);
        labels.clear();
        assert_eq!(labels.find(3, key("eu-west-1")), None);
    }

    #[test]
    fn values_of_two_types_with_the_same_number_differ() {
        let of = |value| ShortKey::new(LabelRef::Known { index: 1, count: 2, value }).unwrap();
        let labels = ShortLabels::default();
        labels.remember(0, of(|_| "a"), 2);
        assert_eq!(labels.find(0, of(|_| "b")), None);
    }
}
