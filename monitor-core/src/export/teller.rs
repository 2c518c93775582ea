//! Whom notices are told.

use std::io;
use std::io::Write;
use std::sync::Arc;
use std::sync::Condvar;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::OnceLock;
use std::sync::PoisonError;
use std::sync::mpsc;
use std::sync::mpsc::SyncSender;
use std::thread;
use std::time::Duration;
use std::time::Instant;

use crate::export::moment::after;
use crate::export::notice::Notice;
use crate::model::caught;

/// So many lines wait for one who does not read standard error; what comes then is not said.
const LINES: usize = 64;
/// How long an end waits for what was said last: long enough for a machine that is busy.
const FAREWELL: Duration = Duration::from_secs(1);

/// Whom notices are told.
pub(crate) struct Teller(To);

enum To {
    Function(Box<dyn Fn(&Notice) + Send + Sync>),
    StandardError(StandardError),
}

impl Default for Teller {
    /// A line on standard error. If that is closed, nobody is left to be told.
    fn default() -> Self {
        Self(To::StandardError(StandardError::default()))
    }
}

impl Teller {
    pub(crate) fn new(tell: impl Fn(&Notice) + Send + Sync + 'static) -> Self {
        Self(To::Function(Box::new(tell)))
    }

    /// Tells it. Whoever is told may panic; nobody notices.
    pub(crate) fn tell(&self, notice: &Notice) {
        match &self.0 {
            To::Function(tell) => drop(caught(|| tell(notice))),
            To::StandardError(lines) => lines.say(format!("monitor: {notice}\n")),
        }
    }

    /// Nothing more is told: waits for what was, a moment and not beyond the deadline.
    pub(crate) fn end(&self, deadline: Instant) {
        if let To::StandardError(lines) = &self.0 {
            lines.unwritten.wait(deadline.min(after(FAREWELL)));
        }
    }
}

/// Lines for standard error. Nobody may read them, and then whoever writes hangs for ever: so a thread does that has nothing
/// else to do, and that there is only once there is anything to say.
#[derive(Default)]
struct StandardError {
    /// None if the system had no thread left.
    lines: OnceLock<Option<SyncSender<String>>>,
    unwritten: Arc<Unwritten>,
}

/// How many lines are not written yet.
#[derive(Default)]
struct Unwritten {
    count: Mutex<usize>,
    fewer: Condvar,
}

impl StandardError {
    fn say(&self, line: String) {
        let Some(lines) = self.lines.get_or_init(|| self.start().ok()) else { return };
        *self.unwritten.count() += 1;
        if lines.try_send(line).is_err() {
            self.unwritten.one_less();
        }
    }

    /// Starts the thread; it ends when the lines do.
    fn start(&self) -> io::Result<SyncSender<String>> {
        let (lines, said) = mpsc::sync_channel::<String>(LINES);
        let unwritten = Arc::clone(&self.unwritten);
        thread::Builder::new().name("monitor-notices".to_owned()).spawn(move || {
            for line in said {
                // If it is closed, nobody is left to be told.
                let _ = io::stderr().write_all(line.as_bytes());
                unwritten.one_less();
            }
        })?;
        Ok(lines)
    }
}

impl Unwritten {
    fn count(&self) -> MutexGuard<'_, usize> {
        self.count.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn one_less(&self) {
        *self.count() -= 1;
        self.fewer.notify_all();
    }

    /// Waits until all are written, or until the deadline.
    fn wait(&self, deadline: Instant) {
        let mut count = self.count();
        while *count > 0 {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return;
            }
            count = self.fewer.wait_timeout(count, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}
