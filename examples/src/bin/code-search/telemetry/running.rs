//! The running monitor, and what it keeps for the report.

use std::error::Error;
use std::time::Duration;

use monitor_core::DropReason;
use monitor_core::Installed;

use crate::load::ENTRANCE;
use crate::progress::Screen;
use crate::report::Account;
use crate::report::FunctionRow;
use crate::report::KindRow;
use crate::report::SpanNode;
use crate::telemetry::RecorderName;
use crate::telemetry::function;
use crate::telemetry::kind;
use crate::telemetry::slowest::Slowest;
use crate::telemetry::tree;

/// The running monitor, and what it keeps for the report.
pub(crate) struct Telemetry {
    monitor: Installed,
    slowest: Slowest,
}

impl Telemetry {
    /// Installs a global monitor with what the environment says, these recorders, and one that keeps the slowest
    /// query.
    pub(crate) fn install(recorders: &[RecorderName]) -> Result<Self, Box<dyn Error>> {
        let slowest = Slowest::of(ENTRANCE);
        let mut builder = monitor_core::configured()?.recorder(slowest.clone());
        for recorder in recorders {
            builder = builder.boxed_recorder(recorder.open()?);
        }
        Ok(Self { monitor: builder.install()?, slowest })
    }

    /// Who writes to the terminal.
    pub(crate) fn screen(&self) -> Screen {
        shared_by(&self.monitor.accounts())
    }

    /// Every function that was called, as of now.
    pub(crate) fn functions(&self) -> Vec<FunctionRow> {
        self.monitor.snapshot().functions().iter().map(function::row).collect()
    }

    /// The queries by their kind, as of now.
    pub(crate) fn kinds(&self) -> Vec<KindRow> {
        self.monitor.snapshot().function(ENTRANCE).map(kind::rows).unwrap_or_default()
    }

    /// The span tree of the slowest query, once everything is flushed.
    pub(crate) fn slowest(&self) -> Option<SpanNode> {
        tree::grown(self.slowest.spans())
    }

    /// What each recorder was given and what became of it, once everything is flushed.
    pub(crate) fn accounts(&self) -> Vec<Account> {
        self.monitor.accounts().into_iter().map(account).collect()
    }

    /// What never came to a recorder or a figure, each kind with its count; nothing where nothing was lost.
    pub(crate) fn losses(&self) -> Vec<(&'static str, u64)> {
        let losses = self.monitor.losses();
        let kinds = [
            ("spans without room in a buffer", losses.spans_dropped),
            ("label values beyond their bound", losses.labels_overflowed),
            ("functions refused", losses.sources_refused),
            ("values that were no number", losses.values_rejected),
        ];
        kinds.into_iter().filter(|(_, number)| *number > 0).collect()
    }

    /// Waits until the recorders have what was recorded so far.
    pub(crate) fn flush(&self) {
        // What is not done in time is seen in the accounts as queued.
        let _ = self.monitor.flush(Duration::from_secs(5));
    }
}

/// Whichever way a recorder was asked for, there is an account of it.
fn shared_by(accounts: &[monitor_core::Account]) -> Screen {
    let prints = accounts.iter().any(|account| account.recorder == "console");
    if prints { Screen::Shared } else { Screen::Ours }
}

fn account(account: monitor_core::Account) -> Account {
    let reasons = DropReason::ALL.map(|reason| (reason.to_string(), account.dropped_for(reason)));
    Account {
        recorder: account.recorder,
        signal: account.signal.to_owned(),
        recorded: account.recorded,
        exported: account.exported,
        dropped: reasons.into_iter().filter(|(_, number)| *number > 0).collect(),
        queued: account.queued,
    }
}

#[cfg(test)]
mod tests {
    use monitor_core::Monitor;
    use monitor_core::recorders::Console;
    use monitor_core::recorders::Null;

    use super::*;

    #[test]
    fn the_terminal_is_shared_where_a_recorder_prints_and_from_the_start() {
        let quiet = Monitor::builder().recorder(Null::default());
        assert_eq!(shared_by(&quiet.build().accounts()), Screen::Ours);
        let printing = Monitor::builder().recorder(Null::default()).recorder(Console::new(std::io::sink()));
        assert_eq!(shared_by(&printing.build().accounts()), Screen::Shared);
    }
}
