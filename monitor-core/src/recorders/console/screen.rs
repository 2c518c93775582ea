//! The lowest lines of a terminal, kept for the live view, while everything else goes on above them.
//!
//! The rest of the terminal becomes its scrolling region (DECSTBM): what the program prints scrolls there, and nothing of
//! it is overwritten. That is given back when the screen is dropped, and before a panic is told.

use std::fmt;
use std::io;
use std::io::IsTerminal;
use std::io::Write;
use std::panic;
use std::sync::Once;
use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering;

use crossterm::Command;
use crossterm::cursor::MoveTo;
use crossterm::cursor::MoveUp;
use crossterm::cursor::RestorePosition;
use crossterm::cursor::SavePosition;
use crossterm::queue;
use crossterm::terminal::Clear;
use crossterm::terminal::ClearType;
use crossterm::terminal::DisableLineWrap;
use crossterm::terminal::EnableLineWrap;
use terminal_size::Height;
use terminal_size::Width;
use terminal_size::terminal_size_of;

/// So many lines are left to the program at least.
const LEFT: u16 = 5;

/// The first line that is kept of the terminal on standard error, counted from zero; zero where none is.
static KEPT_FROM: AtomicU32 = AtomicU32::new(0);

/// The scrolling region: up to this line, counted from one, or all lines.
struct ScrollTo(Option<u16>);

impl Command for ScrollTo {
    fn write_ansi(&self, f: &mut impl fmt::Write) -> fmt::Result {
        match self.0 {
            Some(last) => write!(f, "\x1b[1;{last}r"),
            None => f.write_str("\x1b[r"),
        }
    }

    #[cfg(windows)]
    fn execute_winapi(&self) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }
}

/// How large the terminal is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Size {
    pub(crate) columns: u16,
    pub(crate) rows: u16,
}

impl Size {
    /// Of the terminal on standard error; none where there is no terminal, or one that can do nothing.
    pub(crate) fn of_terminal() -> Option<Self> {
        if !io::stderr().is_terminal() || !anstyle_query::term_supports_ansi_color() {
            return None;
        }
        let (Width(columns), Height(rows)) = terminal_size_of(io::stderr())?;
        Some(Self { columns, rows })
    }

    /// How many lines may be kept.
    pub(crate) fn room(self) -> u16 {
        (self.rows / 2).min(self.rows.saturating_sub(LEFT))
    }
}

/// The lowest lines of the terminal on standard error.
#[derive(Debug, Default)]
pub(crate) struct Screen {
    /// The terminal and the number of lines kept, once there are any.
    kept: Option<(Size, u16)>,
}

impl Screen {
    /// Draws these lines, none of which may move the cursor, at the lower end of a terminal of this size.
    ///
    /// # Errors
    ///
    /// The terminal is gone.
    pub(crate) fn draw(&mut self, size: Size, lines: &[String]) -> io::Result<()> {
        let height = u16::try_from(lines.len()).unwrap_or(u16::MAX).min(size.room());
        if height == 0 {
            return Ok(());
        }
        let mut out = Vec::new();
        if self.kept != Some((size, height)) || KEPT_FROM.load(Ordering::Relaxed) == 0 {
            self.release(&mut out)?;
            restore_at_panic();
            // Makes room below the cursor, wherever that is; setting the region moves it.
            out.extend(std::iter::repeat_n(b'\n', usize::from(height)));
            let region = ScrollTo(Some(size.rows - height));
            queue!(out, SavePosition, region, RestorePosition, MoveUp(height))?;
            self.kept = Some((size, height));
            KEPT_FROM.store(u32::from(size.rows - height), Ordering::Relaxed);
        }
        queue!(out, SavePosition, DisableLineWrap)?;
        for (row, line) in (size.rows - height..size.rows).zip(lines) {
            queue!(out, MoveTo(0, row), Clear(ClearType::UntilNewLine))?;
            out.extend(line.bytes());
        }
        queue!(out, EnableLineWrap, RestorePosition)?;
        // At once, so that nothing of the program comes in between.
        io::stderr().write_all(&out)
    }

    /// Gives the lines back, as far as they are kept.
    fn release(&mut self, out: &mut Vec<u8>) -> io::Result<()> {
        self.kept = None;
        match KEPT_FROM.swap(0, Ordering::Relaxed) {
            0 => Ok(()),
            from => give_back(out, from),
        }
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        let mut out = Vec::new();
        if self.kept.is_some() && self.release(&mut out).is_ok() {
            let _ = io::stderr().write_all(&out);
        }
    }
}

/// Makes the whole terminal scroll again, and clears what was kept.
fn give_back(out: &mut Vec<u8>, from: u32) -> io::Result<()> {
    let from = u16::try_from(from).unwrap_or(u16::MAX);
    queue!(
        out,
        SavePosition,
        ScrollTo(None),
        MoveTo(0, from),
        Clear(ClearType::FromCursorDown),
        RestorePosition
    )
}

/// A panic is told to a terminal that is as it was. The next view, if there is one, keeps its lines again.
fn restore_at_panic() {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |panic| {
            let from = KEPT_FROM.swap(0, Ordering::Relaxed);
            let mut out = Vec::new();
            if from > 0 && give_back(&mut out, from).is_ok() {
                let _ = io::stderr().write_all(&out);
            }
            before(panic);
        }));
    });
}
