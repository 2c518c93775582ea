//! What a person is told meanwhile: a line for each thing that happens, with its time.

use std::fmt;
use std::io::Write;
use std::time::Duration;
use std::time::Instant;

/// What a person is told meanwhile. It goes to stderr, so that stdout has the report and nothing else.
#[derive(Clone, Copy)]
pub(crate) struct Story {
    begun: Instant,
}

impl Story {
    /// A story that begins now.
    pub(crate) fn begin() -> Self {
        Self { begun: Instant::now() }
    }

    /// Tells what happens now.
    pub(crate) fn tell(&self, what: impl fmt::Display) {
        // Where nobody listens there is nobody to be told.
        let _ = writeln!(std::io::stderr(), "{:>6.2} s  {what}", self.elapsed().as_secs_f64());
    }

    /// How long it has been going on.
    pub(crate) fn elapsed(&self) -> Duration {
        self.begun.elapsed()
    }
}
