//! Something that takes bytes and gives none back, such as standard output.

use std::fmt;
use std::io::Write;

use crate::recorder::RecorderError;

/// Something that takes bytes and gives none back, such as standard output.
pub(crate) struct Stream {
    output: Box<dyn Write + Send>,
    /// A write failed, perhaps in the middle of a line.
    torn: bool,
}

impl Stream {
    pub(crate) fn new(output: impl Write + Send + 'static) -> Self {
        Self { output: Box::new(output), torn: false }
    }

    /// Writes whole lines.
    ///
    /// # Errors
    ///
    /// Not all of it was written; trying again would not help, as nobody knows how much of it arrived.
    pub(crate) fn write(&mut self, lines: &[u8]) -> Result<(), RecorderError> {
        // What was torn ends, so that it takes no whole line with it.
        let end: &[u8] = if self.torn { b"\n" } else { b"" };
        self.torn = true;
        let written = self
            .output
            .write_all(end)
            .and_then(|()| self.output.write_all(lines))
            .and_then(|()| self.output.flush());
        written.map_err(|error| RecorderError::new(format!("cannot write lines: {error}")))?;
        self.torn = false;
        Ok(())
    }
}

impl fmt::Debug for Stream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a stream")
    }
}
