//! The rules, one function each.

use monitor_core::DropReason;
use monitor_core::EventBatch;
use monitor_core::Monitor;
use monitor_core::Recorder;
use monitor_core::Signals;
use monitor_core::SnapshotSource;
use monitor_core::SpanBatch;

use crate::conformance::broken::Broken;
use crate::conformance::deadline::PATIENCE;
use crate::conformance::endings::ends_once;
use crate::conformance::endings::loses_nothing_before_a_flush;
use crate::conformance::hardship::hurts_nobody;
use crate::conformance::odd;
use crate::conformance::odd::Texts;
use crate::conformance::quiet::quiet;
use crate::conformance::swap::is_replaced_under_load;
use crate::conformance::watched::Watched;

/// Checks that a recorder does what every recorder must. `make` makes a new one for each rule; where it ships
/// over a network, it should find somebody who listens.
///
/// | rule | |
/// |---|---|
/// | name | lower case, short, the same each time |
/// | nothing | it starts; an empty batch, an empty snapshot and a second flush are no errors |
/// | oddities | names and values that are long, empty, not printable or no numbers are shipped, or [rejected](monitor_core::RecorderError::rejected) and counted, without a panic |
/// | accounts | in a monitor, recorded is exported, dropped and queued together |
/// | end | it can be dropped after a flush and without one |
/// | hurts nobody | the observed program has the same results with it as without, also where it panics and fails now and then, and the accounts add up at every look (F01, F43) |
/// | ends once | shutdowns at once and afterwards are one (F45) |
/// | flush | what was recorded before a flush is shipped or dropped by it, while calls go on (F46) |
/// | swap | monitors with it are replaced while calls run (F10) |
///
/// ```
/// use monitor_core::recorders::Memory;
///
/// monitor_test::conformance::recorder(Memory::default);
/// ```
///
/// # Panics
///
/// A rule does not hold.
#[track_caller]
pub fn recorder<R: Recorder + 'static>(make: impl Fn() -> R) {
    boxed_recorder(|| Box::new(make()));
}

/// Like [`recorder`], for one whose type is not known, such as a row of a table.
///
/// ```
/// use monitor_core::Settings;
///
/// for builtin in monitor_core::recorders::BUILTIN.iter().filter(|builtin| builtin.settings().is_empty()) {
///     monitor_test::conformance::boxed_recorder(|| builtin.open(Settings::new(builtin.name)).unwrap());
/// }
/// ```
///
/// # Panics
///
/// A rule does not hold.
#[track_caller]
pub fn boxed_recorder(make: impl Fn() -> Box<dyn Recorder>) {
    has_a_name(&*make());
    takes_nothing(&mut *make());
    takes_oddities(make());
    ends_without_a_flush(make());
    hurts_nobody(make(), "nothing is in the way");
    hurts_nobody(Box::new(Broken::new(make())), "it panics and fails now and then");
    ends_once(make());
    loses_nothing_before_a_flush(make());
    is_replaced_under_load(&make);
}

#[track_caller]
fn has_a_name(recorder: &dyn Recorder) {
    let name = recorder.name();
    let usual =
        |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || "_-".contains(letter);
    assert!(
        !name.is_empty() && name.len() <= 40 && name.chars().all(usual),
        "the name {name:?} is not of one to forty lower-case letters, digits, `_` and `-`"
    );
    assert_eq!(name, recorder.name(), "the name changes");
    assert!(!recorder.signals().is_empty(), "`{name}` takes neither spans nor events nor metrics");
}

#[track_caller]
fn takes_nothing(recorder: &mut dyn Recorder) {
    let name = recorder.name().to_owned();
    let source = SnapshotSource::from_fn(|| Some(Monitor::builder().build().snapshot()));
    assert_eq!(recorder.start(&source), Ok(()), "`{name}` does not start");
    assert_eq!(recorder.flush(), Ok(()), "`{name}` cannot be flushed before anything came");
    if recorder.signals().contains(Signals::SPANS) {
        assert_eq!(recorder.spans(&SpanBatch::default()), Ok(()), "`{name}` refuses an empty batch");
    }
    if recorder.signals().contains(Signals::EVENTS) {
        assert_eq!(
            recorder.events(&EventBatch::default()),
            Ok(()),
            "`{name}` refuses an empty batch of events"
        );
    }
    if recorder.signals().contains(Signals::METRICS) {
        let snapshot = Monitor::builder().build().snapshot();
        assert_eq!(recorder.metrics(&snapshot), Ok(()), "`{name}` refuses an empty snapshot");
    }
    for _ in 0..2 {
        assert_eq!(recorder.flush(), Ok(()), "`{name}` cannot be flushed with nothing to ship");
    }
}

#[track_caller]
fn takes_oddities(recorder: Box<dyn Recorder>) {
    let name = recorder.name().to_owned();
    let signals = recorder.signals();
    let (watched, seen) = Watched::new(recorder);
    let monitor = quiet().recorder(watched).interval(PATIENCE).build();
    monitor.scope(|| odd::record(Texts::Hostile));
    for _ in 0..2 {
        assert_eq!(monitor.flush(PATIENCE), Ok(()), "`{name}` was not done with a few spans and events");
        check_accounts(&monitor);
    }
    assert_eq!(monitor.shutdown(PATIENCE), Ok(()), "`{name}` does not end after a flush");
    check_accounts(&monitor);
    assert_eq!(seen.errors(), Vec::<String>::new(), "`{name}` refuses oddities");
    for account in monitor.accounts().iter().filter(|account| account.signal != "metrics") {
        let refused = account.dropped_for(DropReason::Rejected);
        assert_eq!(account.dropped(), refused, "`{name}` loses oddities: {account:?}");
    }
    if signals.contains(Signals::SPANS) {
        assert_eq!(seen.spans(), odd::SPANS, "`{name}` did not get every span");
    }
    if signals.contains(Signals::EVENTS) {
        assert_eq!(seen.events(), odd::EVENTS, "`{name}` did not get every event");
    }
}

#[track_caller]
fn ends_without_a_flush(recorder: Box<dyn Recorder>) {
    let name = recorder.name().to_owned();
    let monitor = quiet().boxed_recorder(recorder).build();
    monitor.scope(|| odd::record(Texts::Hostile));
    assert_eq!(monitor.shutdown(PATIENCE), Ok(()), "`{name}` does not end");
    check_accounts(&monitor);
}

#[track_caller]
fn check_accounts(monitor: &Monitor) {
    for account in monitor.accounts() {
        let settled = account.exported + account.dropped() + account.queued;
        assert_eq!(account.recorded, settled, "the account does not add up: {account:?}");
        assert_eq!(account.dropped_for(DropReason::Panicked), 0, "it panicked: {account:?}");
    }
}
