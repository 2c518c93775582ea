//! What a person sees meanwhile: a bar and a line of figures, or plain lines where there is no terminal.
//!
//! All of it goes to stderr, so that stdout has the report and nothing else.

use std::cell::Cell;
use std::io::IsTerminal;
use std::time::Duration;
use std::time::Instant;

use indicatif::ProgressBar;
use indicatif::ProgressStyle;

use crate::load::Totals;
use crate::report::FunctionRow;
use crate::report::count;
use crate::report::span;

/// Who writes to the terminal.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Screen {
    /// The progress alone: it may move the cursor.
    Ours,
    /// A recorder as well, whose lines a bar would wipe out.
    Shared,
}

/// The progress of one part of the work.
pub(crate) struct Progress {
    name: &'static str,
    shown: Shown,
}

enum Shown {
    Bar(ProgressBar),
    Lines { next: Cell<Instant> },
}

impl Progress {
    /// Starts to show a part of the work.
    pub(crate) fn start(name: &'static str, screen: Screen) -> Self {
        // Both: whoever reads stdout by a program does not want a bar beside it.
        let is_terminal = std::io::stdout().is_terminal() && std::io::stderr().is_terminal();
        let shown = if is_terminal && screen == Screen::Ours {
            let style = ProgressStyle::with_template(
                "{prefix:>10} {bar:60.cyan/blue} {percent:>3} %\n           {wide_msg}",
            )
            .expect("the template is well formed");
            Shown::Bar(ProgressBar::new(0).with_style(style).with_prefix(name))
        } else {
            Shown::Lines { next: Cell::new(Instant::now()) }
        };
        Self { name, shown }
    }

    /// Shows how far it is: at once on a terminal, else a line a second.
    pub(crate) fn show(&self, done: u64, all: u64, figures: impl Into<String>) {
        match &self.shown {
            Shown::Bar(bar) => {
                bar.set_length(all);
                bar.set_message(figures.into());
                bar.set_position(done.min(all));
            }
            Shown::Lines { next } if next.get() <= Instant::now() => {
                next.set(Instant::now() + Duration::from_secs(1));
                self.line(&figures.into());
            }
            Shown::Lines { .. } => {}
        }
    }

    /// Shows the last figures and leaves them there, with the bar as far as it came.
    pub(crate) fn finish(self, figures: impl Into<String>) {
        match &self.shown {
            Shown::Bar(bar) => bar.abandon_with_message(figures.into()),
            Shown::Lines { .. } => self.line(&figures.into()),
        }
    }

    fn line(&self, figures: &str) {
        eprintln!("{:>10}  {figures}", self.name);
    }
}

/// The figures of the load as one line; those of the monitor are there once it has seen a call.
pub(crate) fn figures(totals: Totals, served: Duration, watched: Option<&FunctionRow>) -> String {
    let rate = totals.asked() as f64 / served.as_secs_f64().max(0.001);
    let (ok, failed, late) = (count(totals.answered), count(totals.failed), count(totals.timed_out));
    let mut line = format!(
        "{:.0} s · {}/s · {ok} ok · {failed} failed · {late} late",
        served.as_secs_f64(),
        count(rate as u64)
    );
    if let Some(row) = watched {
        line += &format!(" · {} in flight · p99 {}", row.in_flight, span(row.p99));
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_has_the_clients_figures_and_the_monitors_where_there_are_some() {
        let totals = Totals { answered: 4900, failed: 80, hits: 1, timed_out: 20 };
        let served = Duration::from_secs(2);
        let plain = "2 s · 2,500/s · 4,900 ok · 80 failed · 20 late";
        assert_eq!(figures(totals, served, None), plain);
        let row = FunctionRow { in_flight: 7, p99: Duration::from_micros(3100), ..FunctionRow::default() };
        let whole = format!("{plain} · 7 in flight · p99 3.10 ms");
        assert_eq!(figures(totals, served, Some(&row)), whole);
    }

    #[test]
    fn nothing_served_yet_is_no_rate() {
        let line = figures(Totals::default(), Duration::ZERO, None);
        assert_eq!(line, "0 s · 0/s · 0 ok · 0 failed · 0 late");
    }
}
