//! Other labels.

use std::borrow::Cow;
use std::collections::HashSet;
use std::sync::Mutex;
use std::sync::PoisonError;

use crate::metric::Labels as Pairs;
use crate::metric::Snapshot;
use crate::recorder::layer::Layer;
use crate::recorder::layer::Pattern;
use crate::recorder::layer::selection::Selection;

/// Changes the labels of metrics: keeps some, drops some, adds some, gives some another name.
///
/// Series that have the same labels then become one: counts and distributions are added up, and of gauges the last one
/// stays.
///
/// ```
/// use monitor_core::layers::{Labels, RecorderExt};
/// use monitor_core::recorders::Null;
///
/// let labels = Labels::new().without("user.*").with("region", "eu-1").renamed("module", "package");
/// let recorder = Null::default().layer(labels);
/// # drop(recorder);
/// ```
#[derive(Clone, Debug, Default)]
pub struct Labels {
    names: Selection,
    with: Vec<(&'static str, String)>,
    renamed: Vec<(String, &'static str)>,
}

impl Labels {
    /// All labels stay as they are.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Of the labels, only these stay; said more than once, each of them.
    #[must_use]
    pub fn only(mut self, names: impl Into<Pattern>) -> Self {
        self.names.only.push(names.into());
        self
    }

    /// These go.
    #[must_use]
    pub fn without(mut self, names: impl Into<Pattern>) -> Self {
        self.names.without.push(names.into());
        self
    }

    /// Each series gets this one, unless it has one of this name.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.with.push((kept(name), value.into()));
        self
    }

    /// The label `name` is called `other`, where a series does not have one of that name already.
    #[must_use]
    pub fn renamed(mut self, name: impl Into<String>, other: &str) -> Self {
        self.renamed.push((name.into(), kept(other)));
        self
    }

    fn change(&self, labels: &mut Pairs) {
        labels.retain(|(name, _)| self.names.has(name));
        for (name, other) in &self.renamed {
            if !labels.iter().any(|(known, _)| known == other)
                && let Some((label, _)) = labels.iter_mut().find(|(known, _)| known == name)
            {
                *label = other;
            }
        }
        for (name, value) in &self.with {
            if !labels.iter().any(|(known, _)| known == name) {
                labels.push((name, Cow::Owned(value.clone())));
            }
        }
    }
}

impl Layer for Labels {
    fn metrics(&mut self, mut snapshot: Snapshot) -> Snapshot {
        snapshot.relabel(|labels| self.change(labels));
        snapshot
    }
}

/// The name for as long as the program runs, as those of all labels are. Each name is kept once, and there are as many as
/// layers name.
fn kept(name: &str) -> &'static str {
    static NAMES: Mutex<Option<HashSet<&'static str>>> = Mutex::new(None);
    let mut names = NAMES.lock().unwrap_or_else(PoisonError::into_inner);
    let names = names.get_or_insert_default();
    match names.get(name) {
        Some(known) => known,
        None => {
            let kept: &'static str = Box::leak(name.to_owned().into_boxed_str());
            names.insert(kept);
            kept
        }
    }
}
