//! Where lines go: a file, or whatever bytes can be written to.

use std::fmt;
use std::io::Write;

use crate::export::file::RecordFile;
use crate::recorder::RecorderError;

/// Where lines go.
pub(crate) enum Output {
    File(RecordFile),
    Stream(Stream),
}

impl Output {
    /// Finds out whether lines can be written.
    pub(crate) fn open(&mut self) -> Result<(), RecorderError> {
        match self {
            Output::File(file) => file.open(),
            Output::Stream(_) => Ok(()),
        }
    }

    /// Writes whole lines.
    pub(crate) fn write(&mut self, lines: &[u8]) -> Result<(), RecorderError> {
        match self {
            Output::File(file) => file.write(lines),
            Output::Stream(stream) => stream.write(lines),
        }
    }
}

impl fmt::Debug for Output {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Output::File(file) => file.path().fmt(f),
            Output::Stream(_) => f.write_str("a stream"),
        }
    }
}

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

    fn write(&mut self, lines: &[u8]) -> Result<(), RecorderError> {
        // What was torn ends, so that it takes no whole line with it.
        let end: &[u8] = if self.torn { b"\n" } else { b"" };
        self.torn = true;
        let written = self
            .output
            .write_all(end)
            .and_then(|()| self.output.write_all(lines))
            .and_then(|()| self.output.flush());
        // Not tried again: nobody knows how much of it arrived.
        written.map_err(|error| RecorderError::new(format!("cannot write lines: {error}")))?;
        self.torn = false;
        Ok(())
    }
}
