//! The report: what was asked, what was answered, and that nothing is lost.

use std::fmt;
use std::time::Duration;

use failover::Address;

use crate::tally::Totals;

/// All that is told at the end.
pub(crate) struct Report {
    /// How many clients there were.
    pub(crate) tasks: u16,
    /// How long it took, with all.
    pub(crate) lasted: Duration,
    /// What the clients counted.
    pub(crate) totals: Totals,
    /// Who died.
    pub(crate) primary: Address,
    /// When.
    pub(crate) died: Duration,
    /// Who is the writer now.
    pub(crate) writer: Address,
    /// The rows that the writer has.
    pub(crate) rows: u64,
    /// What happened to the cluster, in order.
    pub(crate) events: Vec<String>,
    /// What the plugins counted, as lines.
    pub(crate) metrics: String,
    /// The call that failed over, as lines.
    pub(crate) tree: String,
}

impl Report {
    /// Whether every write that was acknowledged is at the writer, and nothing is there that nobody wrote.
    pub(crate) fn nothing_is_lost(&self) -> bool {
        let acknowledged = self.totals.writes.done;
        (acknowledged..=acknowledged + self.totals.given_up).contains(&self.rows)
    }
}

impl fmt::Display for Report {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { tasks, lasted, totals, primary, died, writer, rows, events, metrics, tree } = self;
        let (writes, queries) = (totals.writes, totals.queries);
        writeln!(out, "\n{tasks} clients wrote and read for {lasted:.1?}")?;
        writeln!(
            out,
            "  writes   {:>8} acknowledged, {} failed, {} run again after a switch; none for {:.1?} at the longest",
            writes.done, writes.failed, totals.run_again, writes.longest_pause
        )?;
        writeln!(
            out,
            "  queries  {:>8} answered, {} failed; none for {:.1?} at the longest",
            queries.done, queries.failed, queries.longest_pause
        )?;
        writeln!(out, "\n{primary} died after {died:.1?}; {writer} is the writer now.")?;
        let acknowledged = writes.done;
        if self.nothing_is_lost() {
            writeln!(
                out,
                "Nothing is lost: {acknowledged} writes were acknowledged, and {writer} has {rows} rows."
            )?;
        } else {
            writeln!(out, "LOST: {acknowledged} writes were acknowledged, and {writer} has {rows} rows.")?;
        }
        writeln!(out, "\nWhat happened to the cluster: events, heard by a listener (chronicle.rs)\n")?;
        events.iter().try_for_each(|line| writeln!(out, "{line}"))?;
        writeln!(out, "\nWhat the plugins counted: metrics, each an attribute on a method (src/plugin)\n")?;
        out.write_str(metrics)?;
        writeln!(out, "\nThe call that failed over: spans, kept by a recorder (failed_over.rs)\n")?;
        out.write_str(tree)
    }
}
