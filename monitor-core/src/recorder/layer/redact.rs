//! Takes the values of some fields away.

use std::borrow::Cow;

use crate::metric::Snapshot;
use crate::model::FieldValue;
use crate::model::Fields;
use crate::recorder::EventBatch;
use crate::recorder::SpanBatch;
use crate::recorder::layer::Layer;
use crate::recorder::layer::Pattern;
use crate::recorder::layer::fields::changed;

/// What stands in place of a value.
const REDACTED: &str = "[redacted]";

/// Takes the values of some fields of spans and events, and of labels of metrics, away: `[redacted]` stands in their
/// place.
///
/// What must never be told is better not recorded, see [`redaction`](crate::redaction): this is for one recorder that may
/// know less than the others.
///
/// ```
/// use monitor_core::layers::{Redact, RecorderExt};
/// use monitor_core::recorders::Null;
///
/// let recorder = Null::default().layer(Redact::new("password").and("*.token"));
/// # drop(recorder);
/// ```
#[derive(Clone, Debug)]
pub struct Redact(Vec<Pattern>);

impl Redact {
    /// Takes the values of fields of these names away.
    pub fn new(names: impl Into<Pattern>) -> Self {
        Self(vec![names.into()])
    }

    /// Those of these names as well.
    #[must_use]
    pub fn and(mut self, names: impl Into<Pattern>) -> Self {
        self.0.push(names.into());
        self
    }

    fn hides(&self, name: &str) -> bool {
        Pattern::any(&self.0, name)
    }

    fn fields(&self, fields: Fields<'_>) -> Option<Vec<u8>> {
        fields.clone().any(|(name, _)| self.hides(name)).then(|| {
            let hidden = || FieldValue::Text(Cow::Borrowed(REDACTED));
            changed(fields, |name, value| if self.hides(name) { hidden() } else { value })
        })
    }
}

impl Layer for Redact {
    fn spans(&mut self, batch: SpanBatch) -> SpanBatch {
        batch.edited(|span| self.fields(span.all_fields()))
    }

    fn events(&mut self, batch: EventBatch) -> EventBatch {
        batch.edited(|event| self.fields(event.all_fields()))
    }

    fn metrics(&mut self, mut snapshot: Snapshot) -> Snapshot {
        snapshot.relabel(|labels| {
            for (_, value) in labels.iter_mut().filter(|(name, _)| self.hides(name)) {
                *value = Cow::Borrowed(REDACTED);
            }
        });
        snapshot
    }
}
