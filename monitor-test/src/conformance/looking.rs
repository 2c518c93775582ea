//! Looks at the accounts of a monitor all the time, on a thread of its own.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering;
use std::thread;
use std::thread::JoinHandle;
use std::time::Duration;
use std::time::Instant;

use monitor_core::Account;
use monitor_core::DropReason;
use monitor_core::Monitor;

use crate::conformance::deadline::PATIENCE;

/// Between two looks, so that many can look at once.
const PAUSE: Duration = Duration::from_micros(300);

/// Looks at the accounts of a monitor all the time, on a thread of its own.
pub(crate) struct Looking {
    over: Arc<AtomicBool>,
    /// Gives what was wrong.
    thread: JoinHandle<Result<(), String>>,
}

impl Looking {
    #[track_caller]
    pub(crate) fn at(monitor: &Monitor) -> Self {
        let over = Arc::new(AtomicBool::new(false));
        let (monitor, ended) = (monitor.clone(), Arc::clone(&over));
        let look = move || {
            let mut before = Vec::new();
            loop {
                let last = ended.load(Ordering::Acquire);
                let now = monitor.accounts();
                now.iter().enumerate().try_for_each(|(place, account)| judge(account, before.get(place)))?;
                before = now;
                if last {
                    return Ok(());
                }
                thread::park_timeout(PAUSE);
            }
        };
        let thread = thread::Builder::new().name("looking".to_owned()).spawn(look);
        Self { over, thread: thread.expect("the system has a thread left") }
    }

    /// Looks once more.
    ///
    /// # Panics
    ///
    /// The accounts did not add up, or went back, at some look.
    #[track_caller]
    pub(crate) fn end(self) {
        self.over.store(true, Ordering::Release);
        self.thread.thread().unpark();
        match self.thread.join() {
            Ok(Ok(())) => {}
            Ok(Err(wrong)) => panic!("{wrong}"),
            Err(_) => panic!("looking at the accounts panics"),
        }
    }
}

/// Whether the account adds up, and says no less than `before`.
fn judge(account: &Account, before: Option<&Account>) -> Result<(), String> {
    let settled = account.exported + account.dropped() + account.queued;
    if account.recorded != settled {
        return Err(format!("the account does not add up: {account:?}"));
    }
    let grows = |before: &Account| {
        before.recorded <= account.recorded
            && before.exported <= account.exported
            && DropReason::ALL
                .iter()
                .all(|reason| before.dropped_for(*reason) <= account.dropped_for(*reason))
    };
    match before {
        Some(before) if !grows(before) => Err(format!("the account goes back: {before:?}, then {account:?}")),
        _ => Ok(()),
    }
}

/// Waits until nothing waits any more, as when a monitor has ended.
#[track_caller]
pub(crate) fn settled(monitor: &Monitor) -> Vec<Account> {
    let begun = Instant::now();
    loop {
        let accounts = monitor.accounts();
        if accounts.iter().all(|account| account.queued == 0) {
            return accounts;
        }
        assert!(begun.elapsed() < PATIENCE, "the monitor has ended, and still something waits: {accounts:?}");
        thread::park_timeout(PAUSE);
    }
}
