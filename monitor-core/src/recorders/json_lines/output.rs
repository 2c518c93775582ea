//! Where lines go: a file, or whatever bytes can be written to.

#[cfg(test)]
mod tests;

use std::fmt;

use crate::export::file::RecordFile;
use crate::export::stream::Stream;
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
