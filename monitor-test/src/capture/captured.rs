//! What captured code told, to be asked.

use std::time::Duration;

use monitor_core::Account;
use monitor_core::FunctionSnapshot;
use monitor_core::Losses;
use monitor_core::Metric;
use monitor_core::MetricData;
use monitor_core::Monitor;
use monitor_core::Snapshot;
use monitor_core::recorders::Memory;
use monitor_core::recorders::memory::FinishedSpan;
use monitor_core::recorders::memory::RecordedEvent;

use crate::capture::Outcomes;
use crate::capture::tree;

/// A recorder in memory is done at once; this is for a machine that is very busy.
const PATIENCE: Duration = Duration::from_secs(60);

/// What captured code told. Every question that has no answer panics and shows what there is.
///
/// ```
/// use monitor_core::{field, monitored};
/// use monitor_test::Capture;
///
/// #[monitored(fields(rows))]
/// fn load(table: &str) {
///     field!(rows = table.len());
/// }
///
/// let captured = Capture::run(|| load("users"));
/// assert_eq!(captured.tree(), "load ok rows=5\n");
/// assert_eq!(captured.span("load").field("rows").unwrap().to_string(), "5");
/// ```
#[derive(Debug)]
pub struct Captured {
    spans: Vec<FinishedSpan>,
    pub(crate) events: Vec<RecordedEvent>,
    snapshot: Snapshot,
    losses: Losses,
    accounts: Vec<Account>,
    forgotten: u64,
}

impl Captured {
    pub(crate) fn of(monitor: &Monitor, memory: &Memory) -> Self {
        let flushed = monitor.flush(PATIENCE);
        assert_eq!(flushed, Ok(()), "the captured spans did not arrive within {PATIENCE:?}");
        Self {
            spans: memory.take_spans(),
            events: memory.take_events(),
            snapshot: monitor.snapshot(),
            losses: monitor.losses(),
            accounts: monitor.accounts(),
            forgotten: memory.forgotten() + memory.forgotten_events(),
        }
    }

    /// All spans that have ended, those of one thread in the order of their end.
    #[must_use]
    pub fn spans(&self) -> &[FinishedSpan] {
        &self.spans
    }

    /// The only span of this name, such as `Pool::checkout`.
    ///
    /// # Panics
    ///
    /// There is none, or more than one.
    #[must_use]
    #[track_caller]
    pub fn span(&self, name: &str) -> &FinishedSpan {
        let mut named = self.spans.iter().filter(|span| span.name == name);
        match (named.next(), named.count()) {
            (Some(span), 0) => span,
            (Some(_), more) => panic!("{} spans are called `{name}`; captured:\n{}", more + 1, self.tree()),
            (None, _) => panic!("no span is called `{name}`; captured:\n{}", self.tree()),
        }
    }

    /// The spans of this name, in the order of their end.
    #[must_use]
    pub fn spans_named(&self, name: &str) -> Vec<&FinishedSpan> {
        self.spans.iter().filter(|span| span.name == name).collect()
    }

    /// The spans that are a part of this one, in the order of their end.
    #[must_use]
    pub fn children_of(&self, parent: &FinishedSpan) -> Vec<&FinishedSpan> {
        let ours =
            |span: &&FinishedSpan| span.parent == Some(parent.span_id) && span.trace_id == parent.trace_id;
        self.spans.iter().filter(ours).collect()
    }

    /// One line a span, with outcome and fields and without times, children below their parents: for a
    /// snapshot.
    #[must_use]
    pub fn tree(&self) -> String {
        tree::render(&self.spans, &[])
    }

    /// How many calls of this function have ended, whatever its module.
    ///
    /// # Panics
    ///
    /// It was never called.
    #[must_use]
    #[track_caller]
    pub fn calls(&self, function: &str) -> u64 {
        self.functions(function).iter().map(|function| function.calls()).sum()
    }

    /// How many calls of this function have ended with these values of labels, among others.
    ///
    /// # Panics
    ///
    /// It was never called.
    #[must_use]
    #[track_caller]
    pub fn calls_with(&self, function: &str, labels: &[(&str, &str)]) -> u64 {
        let functions = self.functions(function);
        let series = functions.iter().flat_map(|function| function.series());
        series.filter(|series| has(series.labels(), labels)).map(|series| series.calls()).sum()
    }

    /// How many calls of this function ended in which way.
    ///
    /// # Panics
    ///
    /// It was never called.
    #[must_use]
    #[track_caller]
    pub fn outcomes(&self, function: &str) -> Outcomes {
        Outcomes::of(self.functions(function).into_iter())
    }

    /// The metric of this name, such as `function.calls` or one recorded by hand.
    ///
    /// # Panics
    ///
    /// There is none.
    #[must_use]
    #[track_caller]
    pub fn metric(&self, name: &str) -> &Metric {
        self.snapshot.metric(name).unwrap_or_else(|| {
            let names: Vec<_> = self.snapshot.metrics().iter().map(|metric| &*metric.name).collect();
            panic!("no metric is called `{name}`; there are {names:?}; captured:\n{}", self.tree())
        })
    }

    /// The value of the only series of a metric that has these labels, among others.
    ///
    /// # Panics
    ///
    /// There is none, or more than one.
    #[must_use]
    #[track_caller]
    pub fn point(&self, name: &str, labels: &[(&str, &str)]) -> &MetricData {
        let metric = self.metric(name);
        let mut points = metric.points.iter().filter(|point| has(&point.labels, labels));
        match (points.next(), points.next()) {
            (Some(point), None) => &point.data,
            _ => panic!("not one series of `{name}` has {labels:?}; there are {:#?}", metric.points),
        }
    }

    /// Everything that was counted.
    #[must_use]
    pub fn snapshot(&self) -> &Snapshot {
        &self.snapshot
    }

    /// Checks that every call that began has ended.
    ///
    /// # Panics
    ///
    /// Some call is under way.
    #[track_caller]
    pub fn assert_in_flight_zero(&self) {
        let functions = self.snapshot.functions().iter();
        let under_way: Vec<_> = functions
            .filter(|function| function.in_flight() > 0)
            .map(|function| (function.name(), function.in_flight()))
            .collect();
        assert!(under_way.is_empty(), "calls are under way: {under_way:?}; captured:\n{}", self.tree());
    }

    /// Checks that nothing was dropped, rejected or put together in an overflow series.
    ///
    /// # Panics
    ///
    /// Something was.
    #[track_caller]
    pub fn assert_no_losses(&self) {
        let Losses { events_dropped, labels_overflowed, spans_dropped, values_rejected, .. } = self.losses;
        let dropped: u64 = self.accounts.iter().map(Account::dropped).sum();
        let lost =
            events_dropped + labels_overflowed + spans_dropped + values_rejected + dropped + self.forgotten;
        assert_eq!(
            lost, 0,
            "{:?} {:?}, {} spans and events forgotten",
            self.losses, self.accounts, self.forgotten
        );
    }

    #[track_caller]
    fn functions(&self, name: &str) -> Vec<&FunctionSnapshot> {
        let functions = self.snapshot.functions();
        let named: Vec<_> = functions.iter().filter(|function| function.name() == name).collect();
        if named.is_empty() {
            let names: Vec<_> = functions.iter().map(FunctionSnapshot::name).collect();
            panic!("`{name}` was never called; called were {names:?}; captured:\n{}", self.tree());
        }
        named
    }
}

/// Whether all of `wanted` are among `labels`.
fn has<V: AsRef<str>>(labels: &[(&'static str, V)], wanted: &[(&str, &str)]) -> bool {
    wanted.iter().all(|(name, value)| labels.iter().any(|(key, it)| key == name && it.as_ref() == *value))
}
