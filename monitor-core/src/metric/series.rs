//! Which combination of label values has which slot, with a bound and an overflow slot.

use std::collections::HashMap;
use std::sync::Arc;

use crate::model::LabelRef;

/// The most combinations where a callsite declares none and its types do not say, OpenTelemetry's default.
pub(crate) const DEFAULT_MAX: u32 = 2_000;

/// The slot of the series that takes what is beyond the bound.
pub(crate) const OVERFLOW: u16 = 1;
/// The first slot of a combination; slot zero is the series without labels.
const FIRST: u16 = 2;

/// The values of one combination, in the order of the label names.
pub(crate) type LabelValues = Arc<[Box<str>]>;

/// The combinations of label values that one monitor has seen, by source.
#[derive(Debug, Default)]
pub(crate) struct LabelSets {
    sources: HashMap<u32, SourceSets>,
    /// How many values went to an overflow series.
    pub(crate) overflowed: u64,
}

#[derive(Debug, Default)]
struct SourceSets {
    slots: HashMap<LabelValues, u16>,
    values: Vec<LabelValues>,
    /// How many of them count against the bound.
    crowd: u32,
}

/// Whether a combination counts against the bound of its source.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Place {
    /// One of those that somebody has reserved.
    Reserved,
    /// One of as many as there may be.
    Shared,
}

/// The values of some labels, and how many such combinations there may be.
///
/// Made before the lock of the sets is taken: a label may be told by code of the user, which may panic or have
/// labels itself.
#[derive(Debug)]
pub(crate) struct Combination {
    texts: LabelValues,
    max: u32,
}

impl Combination {
    /// These values, of at most `max` combinations; with zero, of as many as their types allow.
    pub(crate) fn new(values: &[LabelRef<'_>], max: u32) -> Self {
        let max = if max == 0 { bound_by_type(values) } else { max };
        Self { texts: values.iter().map(|value| Box::from(value.to_text())).collect(), max }
    }
}

impl LabelSets {
    /// The slot of these values, a new one if the bound allows it.
    pub(crate) fn slot(&mut self, source: u32, combination: Combination, place: Place) -> u16 {
        let Combination { texts, max } = combination;
        let sets = self.sources.entry(source).or_default();
        if let Some(slot) = sets.slots.get(&texts) {
            return *slot;
        }
        let crowded = place == Place::Shared && sets.crowd >= max;
        if crowded || sets.values.len() >= usize::from(u16::MAX - FIRST) {
            self.overflowed += 1;
            return OVERFLOW;
        }
        sets.crowd += u32::from(place == Place::Shared);
        let slot = FIRST + sets.values.len() as u16;
        sets.values.push(Arc::clone(&texts));
        sets.slots.insert(texts, slot);
        slot
    }

    /// The values of a slot; none for the series without labels and for the overflow series.
    pub(crate) fn values(&self, source: u32, slot: u16) -> Option<LabelValues> {
        let position = slot.checked_sub(FIRST)?;
        self.sources.get(&source)?.values.get(usize::from(position)).cloned()
    }
}

/// The number of combinations that the types of the labels allow.
fn bound_by_type(values: &[LabelRef<'_>]) -> u32 {
    values.iter().fold(1_u32, |product, value| {
        let count = match value {
            LabelRef::Known { count, .. } => u32::try_from(*count).unwrap_or(u32::MAX),
            LabelRef::Integer(_) | LabelRef::Text(_) => DEFAULT_MAX,
        };
        product.saturating_mul(count)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn f59_values_beyond_the_bound_share_the_overflow_slot() {
        let mut sets = LabelSets::default();
        let slots: Vec<u16> = (0..1_000_000)
            .map(|number| sets.slot(3, Combination::new(&[LabelRef::Integer(number)], 10), Place::Shared))
            .collect();
        assert_eq!(slots.iter().filter(|slot| **slot == OVERFLOW).count(), 999_990);
        assert_eq!(sets.overflowed, 999_990);
        assert_eq!(sets.slot(3, Combination::new(&[LabelRef::Integer(4)], 10), Place::Shared), slots[4]);
        assert_eq!(&*sets.values(3, slots[4]).unwrap()[0], "4");
    }

    #[test]
    fn sources_do_not_share_slots() {
        let mut sets = LabelSets::default();
        let slot = sets.slot(1, Combination::new(&[LabelRef::Text("a")], 10), Place::Shared);
        assert_eq!(sets.slot(2, Combination::new(&[LabelRef::Text("b")], 10), Place::Shared), slot);
        assert_eq!(&*sets.values(2, slot).unwrap()[0], "b");
    }
}
