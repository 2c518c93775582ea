//! From spans to timings.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::time::Duration;

use crate::export::socket::Packer;
use crate::model::mix;
use crate::recorder::SpanBatch;
use crate::recorders::statsd::encode::Form;
use crate::recorders::statsd::encode::form::Packing;
use crate::recorders::statsd::encode::form::Subject;
use crate::recorders::statsd::encode::form::number;
use crate::recorders::statsd::encode::form::path;

/// The metric that a span is a value of.
const DURATION: &str = "function.calls.duration";

impl Form<'_> {
    /// A timing for each span of the share that is told. Whether one is, follows from its identifier: the same batch
    /// gives the same lines.
    pub(crate) fn spans(&self, batch: &SpanBatch, packer: &mut Packer) {
        let share = self.options.sample_rate;
        let mut calls: BTreeMap<Subject, Vec<String>> = BTreeMap::new();
        for span in batch.iter().filter(|span| share.has(mix(span.span_id().as_u64()))) {
            let mut labels = vec![
                ("function", Cow::Borrowed(span.name())),
                ("module", Cow::Borrowed(span.metadata().module)),
                ("outcome", Cow::Borrowed(span.outcome().as_str())),
            ];
            labels.extend(span.error_type().map(|error| ("error.type", Cow::Borrowed(error))));
            let pairs = labels.iter().map(|(name, value)| (*name, value.as_ref()));
            let subject = self.subject(DURATION, || path(DURATION, &labels), pairs);
            calls.entry(subject).or_default().push(milliseconds(span.duration()));
        }
        let packing = Packing::of(self.options.dialect);
        for (subject, values) in calls {
            subject.push_all(&values, self.distribution(), share.get(), packing, packer);
        }
    }
}

/// Exact to the nanosecond.
fn milliseconds(duration: Duration) -> String {
    number(duration.as_nanos() as f64 / 1e6)
}
