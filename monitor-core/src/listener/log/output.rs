//! Where lines go.

use std::fmt;
use std::io;
use std::io::Write as _;
use std::sync::Arc;

use crate::event::Severity;
use crate::model::Escaped;

/// Where lines go.
#[derive(Clone)]
pub(crate) struct Output {
    write: Arc<dyn Fn(Severity, fmt::Arguments<'_>) + Send + Sync>,
}

impl Output {
    /// To a closure.
    pub(crate) fn new(write: impl Fn(Severity, fmt::Arguments<'_>) + Send + Sync + 'static) -> Self {
        Self { write: Arc::new(write) }
    }

    /// A line of something that is as it should be.
    pub(crate) fn info(&self, line: fmt::Arguments<'_>) {
        self.write(Severity::Info, line);
    }

    /// A line of something that is not as it should be.
    pub(crate) fn warn(&self, line: fmt::Arguments<'_>) {
        self.write(Severity::Warn, line);
    }

    /// A line that matters so much.
    pub(crate) fn write(&self, severity: Severity, line: fmt::Arguments<'_>) {
        (self.write)(severity, format_args!("{}", Escaped(line)));
    }
}

impl Default for Output {
    fn default() -> Self {
        // A program whose stderr is closed goes on without these lines.
        Self::new(|severity, line| drop(writeln!(io::stderr().lock(), "{severity} {line}")))
    }
}

impl fmt::Debug for Output {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Output")
    }
}
