//! Whatever becomes of a recorder, the observed program has the same results, and the accounts add up.

use std::time::Duration;

use monitor_core::Account;
use monitor_core::Recorder;

use crate::conformance::deadline::DEADLINE;
use crate::conformance::deadline::in_time;
use crate::conformance::looking::Looking;
use crate::conformance::looking::settled;
use crate::conformance::program;
use crate::conformance::quiet::quiet;

/// How often metrics come, and how long a recorder rests that fails: much happens in little time.
pub(crate) const BRIEF: Duration = Duration::from_millis(10);

/// How often the program runs.
const ROUNDS: u64 = 3;

/// Runs the observed program with this recorder, which has a hard time of the kind `what`: the program's results are the
/// same as without it, flush and shutdown return in time, the accounts add up at every look, and in the end nothing
/// waits. What became of everything.
#[track_caller]
pub(crate) fn hurts_nobody(recorder: Box<dyn Recorder>, what: &str) -> Vec<Account> {
    let name = recorder.name().to_owned();
    let expected = program::run();
    let monitor = quiet().boxed_recorder(recorder).rest(BRIEF).interval(BRIEF).build();
    let looking = Looking::at(&monitor);
    for _ in 0..ROUNDS {
        let results = monitor.scope(program::run);
        assert_eq!(results, expected, "`{name}` changes the results of the program: {what}");
        // Who is late is named; whether anybody is, is up to the recorder.
        let _ = in_time(&format!("a flush of `{name}` ({what})"), || monitor.flush(DEADLINE));
    }
    let _ = in_time(&format!("a shutdown of `{name}` ({what})"), || monitor.shutdown(DEADLINE));
    assert_eq!(monitor.scope(program::run), expected, "after its end `{name}` changes the results: {what}");
    let accounts = settled(&monitor);
    looking.end();
    for account in accounts.iter().filter(|account| account.signal == "spans") {
        // Spans are told by the calls that were made before the end, and by no others.
        assert_eq!(account.recorded, ROUNDS * program::CALLS, "`{name}` ({what}): {account:?}");
    }
    accounts
}
