//! Real batches.

use std::sync::Arc;
use std::sync::Mutex;
use std::time::Duration;
use std::time::Instant;
use std::time::SystemTime;

use serde_json::Value;

use crate::Monitor;
use crate::Span;
use crate::dispatch::emit;
use crate::event::Address;
use crate::event::FailoverFailed;
use crate::event::FailoverKind;
use crate::event::FailoverStarted;
use crate::model::Outcome;
use crate::recorder::EventBatch;
use crate::recorder::Recorder;
use crate::recorder::RecorderError;
use crate::recorder::SpanBatch;
use crate::recorders::sentry::category::Category;
use crate::recorders::sentry::config::Options;
use crate::recorders::sentry::envelope::Envelope;
use crate::recorders::sentry::intake::Intake;
use crate::recorders::sentry::losses::Losses;
use crate::recorders::sentry::losses::Reason;
use crate::recorders::sentry::rate::Rate;

/// What real batches become.
struct Taken {
    options: Options,
    intake: Intake,
    taken: Arc<Mutex<(Vec<Envelope>, Losses)>>,
}

impl Recorder for Taken {
    fn name(&self) -> &str {
        "taken"
    }

    fn spans(&mut self, batch: &SpanBatch) -> Result<(), RecorderError> {
        let (envelopes, losses) = &mut *self.taken.lock().unwrap();
        envelopes.extend(self.intake.spans(&self.options, batch, losses, Instant::now()).envelopes);
        Ok(())
    }

    fn events(&mut self, batch: &EventBatch) -> Result<(), RecorderError> {
        let (envelopes, losses) = &mut *self.taken.lock().unwrap();
        envelopes.extend(self.intake.events(&self.options, batch, losses).envelopes);
        Ok(())
    }
}

/// What becomes of what `run` does.
fn taken(change: impl FnOnce(&mut Options), run: impl FnOnce()) -> (Vec<Value>, Losses) {
    let mut options = Options::new("https://key@host/1".parse().unwrap());
    change(&mut options);
    let taken = Arc::default();
    let recorder = Taken { intake: Intake::new(&options), options, taken: Arc::clone(&taken) };
    let monitor = Monitor::builder().recorder(recorder).build();
    monitor.scope(run);
    monitor.flush(Duration::from_secs(60)).unwrap();
    let (envelopes, losses) = &*taken.lock().unwrap();
    let items = envelopes.iter().map(|envelope| {
        let bytes = envelope.encode(None, SystemTime::UNIX_EPOCH);
        let payload = bytes.split(|byte| *byte == b'\n').nth(2).unwrap();
        serde_json::from_slice(payload).unwrap()
    });
    (items.collect(), losses.clone())
}

#[test]
fn events_that_matter_are_told_and_all_lead_up_to_what_fails_after_them() {
    let db = || Address::tcp("db", 5432);
    let (items, losses) = taken(
        |_| {},
        || {
            let span = Span::start("fails over");
            emit(|| FailoverStarted::new(FailoverKind::Writer, db()));
            emit(|| FailoverFailed::new(FailoverKind::Writer, db(), Duration::from_secs(2), "no host left"));
            span.end(Outcome::Error);
        },
    );
    let [told, failed, transaction] = &items[..] else { panic!("{items:?}") };
    assert_eq!(told["logentry"]["message"], "failover.failed: no host left");
    assert_eq!((&told["level"], &told["logger"]), (&"error".into(), &"failover".into()));
    let crumbs = |item: &Value| {
        let values = item["breadcrumbs"]["values"].as_array().cloned().unwrap_or_default();
        values.iter().map(|crumb| crumb["category"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(crumbs(told), ["failover.started"]);
    assert_eq!(crumbs(failed), ["failover.started", "failover.failed"]);
    assert_eq!(told["contexts"]["trace"]["span_id"], failed["contexts"]["trace"]["span_id"]);
    assert_eq!(transaction["contexts"]["trace"]["trace_id"], failed["contexts"]["trace"]["trace_id"]);
    assert!(losses.is_empty());
}

#[test]
fn what_is_left_out_by_chance_is_counted() {
    let run = || {
        let _root = Span::start("root");
        Span::start("child").end(Outcome::Error);
    };
    let (items, losses) = taken(|options| options.traces = Rate::new(1e-9), run);
    assert_eq!((items.len(), &items[0]["level"]), (1, &"error".into()));
    let mut expected = Losses::default();
    let chance = Reason::SampleRate;
    expected.count(chance, Category::Transaction, 1);
    expected.count(chance, Category::Span, 2);
    assert_eq!(losses, expected);
    let (items, losses) = taken(|options| options.errors = Rate::new(0.0), run);
    assert_eq!((items.len(), &items[0]["type"]), (1, &"transaction".into()));
    let mut expected = Losses::default();
    expected.count(chance, Category::Error, 1);
    assert_eq!(losses, expected);
    // Who wants no transactions misses none.
    assert!(taken(|options| options.traces = Rate::new(0.0), run).1.is_empty());
}
