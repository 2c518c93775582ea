//! Looking at the accounts of a monitor.

use std::time::Duration;

use monitor_core::Account;
use monitor_core::Monitor;

/// Longer than anything here takes.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// The account of one recorder for spans, which must add up.
#[track_caller]
pub(crate) fn spans_of(monitor: &Monitor, recorder: &str) -> Account {
    account_of(monitor, recorder, "spans")
}

/// The account of one recorder for a signal, which must add up.
#[track_caller]
pub(crate) fn account_of(monitor: &Monitor, recorder: &str, signal: &str) -> Account {
    let accounts = monitor.accounts();
    let mut ours =
        accounts.into_iter().filter(|account| account.recorder == recorder && account.signal == signal);
    let account = ours.next().expect("the monitor has this recorder");
    let settled = account.exported + account.dropped() + account.queued;
    assert_eq!(account.recorded, settled, "the account does not add up: {account:?}");
    account
}
