//! Our values on their way to the recorder of the `metrics` facade, one by one.

use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering;

use metrics::Key;
use metrics::Label;
use metrics::Level;
use metrics::Metadata;
use metrics::with_recorder;

use crate::bridge::metrics::described::Described;
use crate::bridge::metrics::series::Series;
use crate::bridge::table::Table;
use crate::dispatch::Bridge;
use crate::dispatch::Callsite;
use crate::dispatch::Ending;
use crate::dispatch::Hook;
use crate::dispatch::HookSpan;
use crate::dispatch::Sample;
use crate::dispatch::Source;
use crate::dispatch::set_hook;
use crate::dispatch::sources;
use crate::dispatch::want_values;
use crate::metric::InstrumentInfo;
use crate::model;
use crate::model::LabelRef;
use crate::model::Outcome;
use crate::model::Signals;

static ON: AtomicBool = AtomicBool::new(false);
static CALLS: Table<CallSeries> = Table::new();
static VALUES: Table<Series<(), Described>> = Table::new();

/// Our values go to the recorder of the `metrics` facade; [`forward_to_metrics`] gives this.
#[derive(Clone, Copy, Debug)]
pub struct ForwardToMetrics {
    _private: (),
}

/// Hands every call and every value of an instrument used by hand to the recorder of the `metrics` facade, exactly
/// and at once: the counter `function.calls`, the histogram `function.calls.duration` and the gauge
/// `function.calls.concurrent`, with the labels that they have in our own snapshot, and the instruments by hand under
/// their own names.
///
/// It holds for the process until it is [stopped](ForwardToMetrics::stop), with a monitor or without one, and for the
/// recorder that is current when a value comes, also one that is installed later. Each call costs what the recorder
/// takes; where nothing is forwarded, it costs nothing.
///
/// ```
/// use monitor_core::{bridge, monitored};
///
/// #[monitored]
/// fn answer() -> u32 {
///     42
/// }
///
/// let forward = bridge::forward_to_metrics();
/// // Goes to the recorder that the program has installed with `metrics::set_global_recorder`.
/// answer();
/// forward.stop();
/// ```
pub fn forward_to_metrics() -> ForwardToMetrics {
    set_hook(Bridge::Metrics, Box::new(Forward));
    switch(true);
    ForwardToMetrics { _private: () }
}

impl ForwardToMetrics {
    /// Stops it, for the whole process. Calls that are under way are still counted.
    pub fn stop(self) {
        switch(false);
    }
}

fn switch(on: bool) {
    ON.store(on, Ordering::SeqCst);
    for source in sources() {
        if let Source::Callsite(callsite) = source {
            callsite.wire();
        }
    }
    want_values(on);
}

/// Lets the bridge know of one of our callsites.
pub(crate) fn forward_metrics(callsite: &'static Callsite) {
    loop {
        let on = ON.load(Ordering::SeqCst);
        let counted = callsite.metadata().signals.contains(Signals::METRICS);
        callsite.set_bridged(Bridge::Metrics, on && counted);
        // Whoever switches meanwhile may have been here before.
        if ON.load(Ordering::SeqCst) == on {
            return;
        }
    }
}

#[derive(Debug)]
struct Forward;

impl Hook for Forward {
    fn begin(&self, callsite: &'static Callsite) -> Option<Box<dyn HookSpan>> {
        let series = CALLS.obtain(callsite.id(), || CallSeries::new(callsite.metadata()))?;
        with_recorder(|recorder| series.concurrent.record(recorder, Sample::UpDown(1)));
        Some(Box::new(ForwardedCall { series, slot: 0 }))
    }

    fn value(&self, id: u32, info: &'static InstrumentInfo, labels: &[LabelRef<'_>], sample: Sample) {
        let sound = match sample {
            Sample::Counter(_) | Sample::UpDown(_) => true,
            Sample::Gauge(value) => value.is_finite(),
            Sample::Histogram(value) => value.is_finite() && value >= 0.0,
        };
        // What our own store rejects does not go elsewhere either.
        if !sound {
            return;
        }
        if let Some(series) = VALUES.obtain(id, || Series::new(info.labels, info.max)) {
            let described = series.obtain(series.slot(labels), (), |mut labels| {
                if info.sparse {
                    labels.retain(|label| !label.value().is_empty());
                }
                let key = Key::from_parts(info.name, labels);
                Described::new(key, info.unit, info.description, metadata(env!("CARGO_PKG_NAME")))
            });
            with_recorder(|recorder| described.record(recorder, sample));
        }
    }
}

fn metadata(module: &'static str) -> Metadata<'static> {
    Metadata::new(module, Level::INFO, Some(module))
}

/// The series of one callsite.
#[derive(Debug)]
struct CallSeries {
    metadata: &'static model::Metadata,
    concurrent: Described,
    ended: Series<(Outcome, Option<&'static str>), Ended>,
}

/// The series of the calls that ended in one way.
#[derive(Debug)]
struct Ended {
    calls: Described,
    duration: Described,
}

impl CallSeries {
    fn new(metadata: &'static model::Metadata) -> Self {
        let key = Key::from_parts("function.calls.concurrent", place(metadata));
        let concurrent = Described::new(key, "{call}", "Calls under way.", self::metadata(metadata.module));
        Self { metadata, concurrent, ended: Series::new(metadata.labels, metadata.max) }
    }

    fn ended(&self, labels: Vec<Label>, outcome: Outcome, error_type: Option<&'static str>) -> Ended {
        let mut all = place(self.metadata);
        all.push(Label::new("outcome", outcome.as_str()));
        all.extend(error_type.map(|error_type| Label::new("error.type", error_type)));
        all.extend(labels);
        let target = metadata(self.metadata.module);
        let calls = Key::from_parts("function.calls", all.clone());
        let duration = Key::from_parts("function.calls.duration", all);
        Ended {
            calls: Described::new(calls, "{call}", "Calls that have ended.", target.clone()),
            duration: Described::new(duration, "s", "How long a call took.", target),
        }
    }
}

fn place(metadata: &'static model::Metadata) -> Vec<Label> {
    vec![Label::new("function", metadata.name), Label::new("module", metadata.module)]
}

struct ForwardedCall {
    series: &'static CallSeries,
    slot: u16,
}

impl HookSpan for ForwardedCall {
    fn labels(&mut self, values: &[Box<str>]) {
        let values: Vec<_> = values.iter().map(|value| LabelRef::Text(value)).collect();
        self.slot = self.series.ended.slot(&values);
    }

    fn end(&mut self, ending: &Ending) {
        let error_type = match ending.outcome {
            Outcome::Panic => Some("panic"),
            _ => ending.error_type,
        };
        let ended = self.series.ended.obtain(self.slot, (ending.outcome, error_type), |labels| {
            self.series.ended(labels, ending.outcome, error_type)
        });
        with_recorder(|recorder| {
            self.series.concurrent.record(recorder, Sample::UpDown(-1));
            ended.calls.record(recorder, Sample::Counter(1));
            ended.duration.record(recorder, Sample::Histogram(ending.seconds));
        });
    }
}
