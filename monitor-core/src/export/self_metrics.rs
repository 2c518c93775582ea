//! What the machinery says about itself as metrics, by the names of OpenTelemetry's conventions (`otel.sdk.*`).

use std::borrow::Cow;
use std::sync::PoisonError;

use crate::export::account::Account;
use crate::export::account::DropReason;
use crate::export::desk::Desk;
use crate::export::ledger::Ledger;
use crate::metric::Labels;
use crate::metric::Metric;
use crate::metric::MetricData;
use crate::metric::MetricKind;
use crate::metric::MetricPoint;
use crate::model::Signals;
use crate::model::Tally;

/// The names of the metrics of one signal, with its unit.
struct Family {
    queued: &'static str,
    capacity: &'static str,
    processed: &'static str,
    inflight: &'static str,
    exported: &'static str,
    unit: &'static str,
    /// The kind of component that queues them.
    processor: &'static str,
}

const SPANS: Family = Family {
    queued: "otel.sdk.processor.span.queue.size",
    capacity: "otel.sdk.processor.span.queue.capacity",
    processed: "otel.sdk.processor.span.processed",
    inflight: "otel.sdk.exporter.span.inflight",
    exported: "otel.sdk.exporter.span.exported",
    unit: "{span}",
    processor: "batching_span_processor",
};

const EVENTS: Family = Family {
    queued: "otel.sdk.processor.log.queue.size",
    capacity: "otel.sdk.processor.log.queue.capacity",
    processed: "otel.sdk.processor.log.processed",
    inflight: "otel.sdk.exporter.log.inflight",
    exported: "otel.sdk.exporter.log.exported",
    unit: "{log_record}",
    processor: "batching_log_processor",
};

/// What has become of everything so far. `recorded` and `lost` are of the threads' buffers.
pub(crate) fn metrics<'a>(
    desks: impl Iterator<Item = &'a Desk> + Clone,
    recorded: Tally,
    lost: Tally,
) -> Vec<Metric> {
    let mut all = Metrics::default();
    let counted = |count| MetricData::Counter(count);
    all.add("otel.sdk.span.started", "{span}", Vec::new(), counted(recorded.spans));
    all.add("otel.sdk.log.created", "{log_record}", Vec::new(), counted(recorded.events));
    for desk in desks {
        for (signal, ledger, family, lost) in [
            (Signals::SPANS, &desk.spans, SPANS, lost.spans),
            (Signals::EVENTS, &desk.events, EVENTS, lost.events),
        ] {
            if desk.signals.contains(signal) {
                all.queue(desk, signal, ledger, &family, lost);
            }
        }
        if desk.signals.contains(Signals::METRICS) {
            let account = desk.metrics.read();
            let name = "otel.sdk.exporter.metric_snapshot.exported";
            all.exported(desk, &account, name, "{snapshot}");
        }
        let took = desk.took.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let name = "otel.sdk.exporter.operation.duration";
        all.add(name, "s", component(desk, &desk.name), MetricData::Histogram(took));
    }
    all.0
}

#[derive(Default)]
struct Metrics(Vec<Metric>);

impl Metrics {
    fn queue(&mut self, desk: &Desk, signal: Signals, ledger: &Ledger, family: &Family, lost: u64) {
        let (account, in_hand) = ledger.read_with_hand();
        let of = component(desk, family.processor);
        let whole = |count: u64| MetricData::UpDownCounter(count.try_into().unwrap_or(i64::MAX));
        self.add(family.queued, family.unit, of.clone(), whole(account.queued.saturating_sub(in_hand)));
        self.add(family.inflight, family.unit, component(desk, &desk.name), whole(in_hand));
        let capacity = desk.queue.delivery(signal).queue as u64;
        self.add(family.capacity, family.unit, of.clone(), whole(capacity));
        // What came through the queue, and what never did, with the reason.
        let unprocessed = [DropReason::BufferFull, DropReason::QueueFull, DropReason::ShutDown];
        let kept = |reason: &&DropReason| !unprocessed.contains(reason);
        let failed: u64 =
            DropReason::ALL.iter().filter(kept).map(|reason| account.dropped_for(*reason)).sum();
        self.add(family.processed, family.unit, of.clone(), MetricData::Counter(account.exported + failed));
        for reason in unprocessed {
            let lost = if reason == DropReason::BufferFull { lost } else { 0 };
            let count = account.dropped_for(reason) + lost;
            self.failed(family.processed, family.unit, &of, reason, count);
        }
        self.exported(desk, &account, family.exported, family.unit);
    }

    fn exported(&mut self, desk: &Desk, account: &Account, name: &'static str, unit: &'static str) {
        let of = component(desk, &desk.name);
        self.add(name, unit, of.clone(), MetricData::Counter(account.exported));
        for reason in
            [DropReason::Failed, DropReason::Panicked, DropReason::Quarantined, DropReason::Rejected]
        {
            self.failed(name, unit, &of, reason, account.dropped_for(reason));
        }
    }

    /// What was lost for one reason, where anything was.
    fn failed(
        &mut self,
        name: &'static str,
        unit: &'static str,
        of: &Labels,
        reason: DropReason,
        count: u64,
    ) {
        if count > 0 {
            let mut labels = of.clone();
            labels.push(("error.type", Cow::Borrowed(reason.as_str())));
            self.add(name, unit, labels, MetricData::Counter(count));
        }
    }

    fn add(&mut self, name: &'static str, unit: &'static str, labels: Labels, data: MetricData) {
        let point = MetricPoint { labels, data };
        if let Some(metric) = self.0.iter_mut().find(|metric| metric.name == name) {
            metric.points.push(point);
            return;
        }
        let kind = match point.data {
            MetricData::Counter(_) => MetricKind::Counter,
            MetricData::Gauge(_) => MetricKind::Gauge,
            MetricData::Histogram(_) => MetricKind::Histogram,
            MetricData::UpDownCounter(_) => MetricKind::UpDownCounter,
        };
        self.0.push(Metric {
            name: Cow::Borrowed(name),
            template: Cow::Borrowed(""),
            description: Cow::Borrowed("About the instrumentation itself."),
            unit: Cow::Borrowed(unit),
            kind,
            points: vec![point],
        });
    }
}

fn component(desk: &Desk, kind: &str) -> Labels {
    vec![
        ("otel.component.name", Cow::Owned(format!("{kind}/{}", desk.name))),
        ("otel.component.type", Cow::Owned(kind.to_owned())),
    ]
}
