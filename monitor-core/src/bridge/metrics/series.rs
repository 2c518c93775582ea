//! The series of one callsite or instrument on the other side, bounded in number as ours are.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::RwLock;

use metrics::Label;

use crate::metric::Combination;
use crate::metric::LabelSets;
use crate::metric::OVERFLOW;
use crate::metric::Place;
use crate::model::LabelRef;

/// What is kept of each series, by the slot of its label values and by `E`, how the call ended.
#[derive(Debug)]
pub(crate) struct Series<E, T> {
    names: &'static [&'static str],
    max: u32,
    sets: Mutex<LabelSets>,
    known: RwLock<HashMap<(u16, E), Arc<T>>>,
}

impl<E: Copy + Eq + Hash, T> Series<E, T> {
    /// Series with these label names, and at most `max` combinations of values.
    pub(crate) fn new(names: &'static [&'static str], max: u32) -> Self {
        Self { names, max, sets: Mutex::default(), known: RwLock::default() }
    }

    /// The slot of these label values.
    pub(crate) fn slot(&self, values: &[LabelRef<'_>]) -> u16 {
        if values.is_empty() {
            return 0;
        }
        let combination = Combination::new(values, self.max);
        self.sets.lock().unwrap_or_else(PoisonError::into_inner).slot(0, combination, Place::Shared)
    }

    /// What is kept of a series, made from its labels when it is new.
    pub(crate) fn obtain(&self, slot: u16, ending: E, make: impl FnOnce(Vec<Label>) -> T) -> Arc<T> {
        let found = self.known.read().unwrap_or_else(PoisonError::into_inner).get(&(slot, ending)).cloned();
        found.unwrap_or_else(|| {
            let new = Arc::new(make(self.labels(slot)));
            let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(known.entry((slot, ending)).or_insert(new))
        })
    }

    fn labels(&self, slot: u16) -> Vec<Label> {
        if slot == OVERFLOW {
            return vec![Label::from_static_parts("otel.metric.overflow", "true")];
        }
        let values = self.sets.lock().unwrap_or_else(PoisonError::into_inner).values(0, slot);
        let values = values.iter().flat_map(|values| values.iter());
        self.names.iter().zip(values).map(|(name, value)| Label::new(*name, value.to_string())).collect()
    }
}
