use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;

use tracing::level_filters::LevelFilter;
use tracing::subscriber::with_default;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::registry;

use crate::dispatch::Callsite;
use crate::dispatch::finish;
use crate::dispatch::start;
use crate::model::Details;
use crate::model::Head;
use crate::model::Metadata;
use crate::model::Outcome;
use crate::model::Signals;

/// What a subscriber wants holds for the process, so one test at a time.
fn alone() -> MutexGuard<'static, ()> {
    static ONE: Mutex<()> = Mutex::new(());
    ONE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A callsite that a bridge knows and no monitor wants.
fn callsite(module: &'static str, signals: Signals) -> &'static Callsite {
    let details = Box::leak(Box::new(Details { signals, ..Details::DEFAULT }));
    let metadata = Metadata { name: "call", module, details: Some(details), ..Metadata::DEFAULT };
    Box::leak(Box::new(Callsite::with_wire(metadata, super::forward_spans)))
}

fn call(callsite: &'static Callsite) -> Option<&'static str> {
    let mut call = start(callsite);
    let current = tracing::Span::current().metadata().map(|metadata| metadata.target());
    finish(&mut call, Head::ending_of(Outcome::Ok, 0));
    current
}

/// Whether the bridge wants the calls of a callsite; a monitor of a test beside this one may do so too.
fn is_wanted(callsite: &'static Callsite) -> bool {
    callsite.is_bridged()
}

#[test]
fn a_callsite_is_bridged_only_while_a_subscriber_is_there() {
    let _alone = alone();
    let ours = callsite("here", Signals::ALL);
    assert_eq!((call(ours), is_wanted(ours)), (None, false));
    with_default(registry(), || {
        assert!(is_wanted(ours));
        assert_eq!(call(ours), Some("here"));
    });
    // `tracing` asks anew when it next gets a subscriber.
    with_default(registry().with(LevelFilter::OFF), || {
        assert_eq!((call(ours), is_wanted(ours)), (None, false));
    });
}

#[test]
fn a_callsite_whose_module_is_filtered_out_is_not_bridged() {
    let _alone = alone();
    let (loud, quiet) = (callsite("loud", Signals::ALL), callsite("quiet::part", Signals::ALL));
    let filter = Targets::new().with_default(LevelFilter::INFO).with_target("quiet", LevelFilter::WARN);
    with_default(registry().with(filter), || {
        assert_eq!((call(loud), is_wanted(loud)), (Some("loud"), true));
        assert_eq!((call(quiet), is_wanted(quiet)), (None, false));
    });
}

#[test]
fn a_callsite_that_gives_no_spans_is_not_bridged() {
    let _alone = alone();
    let counted = callsite("here", Signals::METRICS);
    with_default(registry(), || assert_eq!((call(counted), is_wanted(counted)), (None, false)));
}
