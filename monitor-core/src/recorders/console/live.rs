//! A view of what the program does now, at the lower end of the terminal.

use std::io;
use std::io::Write;
use std::time::Duration;

use crate::metric::FunctionSnapshot;
use crate::metric::Snapshot;
use crate::model::Outcome;
use crate::recorders::Console;
use crate::recorders::console::encode::Line as TreeLine;
use crate::recorders::console::encode::escape;
use crate::recorders::console::encode::quantile;
use crate::recorders::console::encode::time_of_day;
use crate::recorders::console::encode::tree;
use crate::recorders::console::paint::Colours;
use crate::recorders::console::paint::Line;
use crate::recorders::console::paint::Look;
use crate::recorders::console::paint::column;
use crate::recorders::console::readable;
use crate::recorders::console::screen::Screen;
use crate::recorders::console::screen::Size;
use crate::recorders::memory::FinishedSpan;

/// The columns of a table beside the name, with the spaces before them.
const NUMBERS: usize = 9 + 9 + 7 + 5 + 10 + 10;
/// The columns of a name.
const NARROWEST: usize = 12;
const WIDEST: usize = 60;

impl Console {
    /// Shows a view of what the program does, at the lower end of the terminal on standard error, and draws it anew at
    /// each interval of the [monitor](crate::MonitorBuilder::interval): functions with their calls, rate, errors, calls
    /// under way and durations, and the slowest trace since the last time. Only with the feature `console_live`.
    ///
    /// The view replaces span trees; events are still printed. What the program prints goes on above the view, which
    /// overwrites nothing. The terminal is given back when the monitor is shut down, and before a panic is told. A
    /// program that ends otherwise, by a signal or by `exit`, leaves the terminal with a short scrolling region, which
    /// `reset` mends: so let `ctrl-c` end such a program in good order.
    ///
    /// Where standard error is no terminal, all is as without it. `NO_COLOR` and `CLICOLOR_FORCE` are heeded.
    ///
    /// ```no_run
    /// use monitor_core::{Monitor, recorders::Console};
    /// use std::time::Duration;
    ///
    /// let console = Console::default().live();
    /// let _monitor = Monitor::builder().recorder(console).interval(Duration::from_secs(1)).install()?;
    /// # Ok::<(), monitor_core::InstallError>(())
    /// ```
    #[must_use]
    pub fn live(mut self) -> Self {
        self.live = Size::of_terminal().map(|_| Live::new());
        self
    }
}

/// Turns the view on, as configuration asks for it.
pub(crate) fn asked_for(console: Console) -> Result<Console, String> {
    Ok(console.live())
}

/// The view of what the program does now.
#[derive(Debug)]
pub(crate) struct Live {
    screen: Screen,
    colours: Colours,
    last: Option<Snapshot>,
    /// What the last one is compared with.
    before: Option<Snapshot>,
    /// The slowest trace since the view was drawn, or of the time before, as long as nothing has come since.
    slowest: Vec<FinishedSpan>,
    is_old: bool,
}

impl Live {
    fn new() -> Self {
        Self {
            screen: Screen::default(),
            colours: Colours::of_environment(),
            last: None,
            before: None,
            slowest: Vec::new(),
            is_old: true,
        }
    }

    /// Keeps the slowest of the traces.
    pub(crate) fn trace(&mut self, spans: Vec<FinishedSpan>) {
        if self.is_old || duration(&spans) > duration(&self.slowest) {
            self.slowest = spans;
            self.is_old = false;
        }
    }

    /// Shows the figures of this snapshot from now on.
    ///
    /// # Errors
    ///
    /// The terminal is gone.
    pub(crate) fn show(&mut self, snapshot: &Snapshot) -> io::Result<()> {
        self.before = self.last.replace(snapshot.clone());
        self.draw()?;
        self.is_old = true;
        Ok(())
    }

    /// Draws the view, where there is a terminal with room for it.
    ///
    /// # Errors
    ///
    /// The terminal is gone.
    pub(crate) fn draw(&mut self) -> io::Result<()> {
        let Some(snapshot) = &self.last else { return Ok(()) };
        let Some(size) = Size::of_terminal().filter(|size| size.room() > 2) else { return Ok(()) };
        let (columns, rows) = (usize::from(size.columns), usize::from(size.room()));
        let mut lines = view(snapshot, self.before.as_ref(), &self.slowest, columns, rows);
        // Always as many, so that the view stays where it is.
        lines.resize(rows, Line::default());
        let lines: Vec<_> = lines.iter().map(|line| line.painted(columns, self.colours)).collect();
        self.screen.draw(size, &lines)
    }
}

impl Drop for Live {
    /// Leaves a table of all functions behind.
    fn drop(&mut self) {
        drop(std::mem::take(&mut self.screen));
        let columns = Size::of_terminal().map_or(80, |size| usize::from(size.columns));
        let table = self.last.as_ref().map(|snapshot| table(snapshot, self.before.as_ref(), columns));
        let lines = table.unwrap_or_default();
        let text: String = lines.iter().map(|line| line.painted(columns, self.colours) + "\n").collect();
        let _ = io::stderr().write_all(text.as_bytes());
    }
}

/// How long the trace took, as far as it is known.
fn duration(spans: &[FinishedSpan]) -> Duration {
    spans.iter().map(|span| span.duration).max().unwrap_or_default()
}

/// A heading, a table of functions, and below it the slowest trace.
fn view(
    snapshot: &Snapshot,
    before: Option<&Snapshot>,
    slowest: &[FinishedSpan],
    columns: usize,
    rows: usize,
) -> Vec<Line> {
    let tree = tree(slowest);
    let mut table = table(snapshot, before, columns);
    // A third for the trace, more where the table leaves it.
    let kept = table.len().min((rows - 1).saturating_sub((rows / 3).min(tree.len() + 1)));
    let mut lines = vec![heading(snapshot, table.len() - kept, columns)];
    table.truncate(kept);
    lines.append(&mut table);
    let left = rows.saturating_sub(lines.len());
    if left > 1 && !tree.is_empty() {
        lines.push(Line::default().piece(Look::Dim, format!("slowest: {}", readable(duration(slowest)))));
        lines.extend(tree.into_iter().take(left - 1).map(|TreeLine { depth, text }| {
            Line::default().piece(Look::Plain, format!("{:indent$}{text}", "", indent = depth * 2))
        }));
    }
    lines
}

/// The functions, those with the most calls first.
fn table(snapshot: &Snapshot, before: Option<&Snapshot>, columns: usize) -> Vec<Line> {
    let mut functions: Vec<_> = snapshot.functions().iter().filter(|function| function.started > 0).collect();
    functions.sort_by_key(|function| std::cmp::Reverse(function.started));
    // No name changes where the numbers are.
    let name = columns.saturating_sub(NUMBERS).clamp(NARROWEST, WIDEST);
    let passed = before.and_then(|before| snapshot.taken().duration_since(before.taken()).ok());
    let rows = functions.into_iter().map(|function| {
        let earlier = before.and_then(|before| {
            before.functions().iter().find(|it| std::ptr::eq(it.metadata(), function.metadata()))
        });
        row(function, earlier.map_or(0, FunctionSnapshot::calls), passed.unwrap_or_default(), name)
    });
    std::iter::once(titles(name)).chain(rows).collect()
}

fn heading(snapshot: &Snapshot, more: usize, columns: usize) -> Line {
    let more = if more > 0 { format!(", {more} more functions") } else { String::new() };
    let service = escape(snapshot.resource().service_name());
    let text = format!("── {service}, {}{more} ", time_of_day(snapshot.taken()));
    Line::default().piece(Look::Dim, text + &"─".repeat(columns))
}

fn titles(name: usize) -> Line {
    let title = column("function", name);
    let titles = format!(
        "{title}{:>9}{:>9}{:>7}{:>5}{:>10}{:>10}",
        "calls", "a second", "errors", "now", "p50", "p99"
    );
    Line::default().piece(Look::Bold, titles)
}

/// Calls and their rate since the last look, what went wrong, what is under way, and how long the calls took.
fn row(function: &FunctionSnapshot, earlier: u64, passed: Duration, name: usize) -> Line {
    let calls = function.calls();
    let rate = match passed {
        Duration::ZERO => "–".to_owned(),
        _ => format!("{:.1}", calls.saturating_sub(earlier) as f64 / passed.as_secs_f64()),
    };
    let errors = function.ended(Outcome::Error) + function.ended(Outcome::Panic);
    let duration = function.duration();
    let look = if errors > 0 { Look::Red } else { Look::Plain };
    Line::default()
        .piece(Look::Plain, format!("{}{calls:>9}{rate:>9}", column(&escape(function.name()), name)))
        .piece(look, format!("{errors:>7}"))
        .piece(
            Look::Plain,
            format!(
                "{:>5}{:>10}{:>10}",
                function.in_flight(),
                quantile(&duration, 0.5),
                quantile(&duration, 0.99)
            ),
        )
}
