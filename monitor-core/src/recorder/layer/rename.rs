//! Other names.

use std::borrow::Cow;
use std::collections::HashMap;

use crate::metric::Snapshot;
use crate::model::Own;
use crate::recorder::SpanBatch;
use crate::recorder::layer::Layer;
use crate::recorder::layer::fields::with_own;

/// Gives spans and metrics other names, each its own or all the same beginning.
///
/// A span that is given another name has it as its [`display_name`](crate::SpanRef::display_name).
///
/// ```
/// use monitor_core::layers::{RecorderExt, Rename};
/// use monitor_core::recorders::Null;
///
/// let recorder = Null::default().layer(Rename::new().from("function.calls", "calls").prefix("shop."));
/// # drop(recorder);
/// ```
#[derive(Clone, Debug, Default)]
pub struct Rename {
    names: HashMap<String, String>,
    prefix: String,
}

impl Rename {
    /// Every name stays.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// What is called `name` is called `other`.
    #[must_use]
    pub fn from(mut self, name: impl Into<String>, other: impl Into<String>) -> Self {
        self.names.insert(name.into(), other.into());
        self
    }

    /// All names of metrics begin so, those with another name as well.
    #[must_use]
    pub fn prefix(mut self, prefix: impl Into<String>) -> Self {
        self.prefix = prefix.into();
        self
    }
}

impl Layer for Rename {
    fn spans(&mut self, batch: SpanBatch) -> SpanBatch {
        if self.names.is_empty() {
            return batch;
        }
        batch.edited(|span| {
            let name = self.names.get(&*span.display_name())?;
            Some(with_own(span.all_fields(), Own::Name, name))
        })
    }

    fn metrics(&mut self, mut snapshot: Snapshot) -> Snapshot {
        for metric in &mut snapshot.metrics {
            let other = self.names.get(&*metric.name);
            if let Some(other) = other {
                // The path for those without labels is one of the old name.
                metric.template = Cow::Borrowed("");
                metric.name = Cow::Owned(other.clone());
            }
            if !self.prefix.is_empty() {
                metric.name = Cow::Owned(format!("{}{}", self.prefix, metric.name));
                if !metric.template.is_empty() {
                    metric.template = Cow::Owned(format!("{}{}", self.prefix, metric.template));
                }
            }
        }
        snapshot
    }
}
