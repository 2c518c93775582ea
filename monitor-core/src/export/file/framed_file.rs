//! One file of one process, with something before its records and something after them.

use std::io;
use std::io::Read;
use std::io::Seek;
use std::io::SeekFrom;
use std::io::Write;
use std::path::Path;
use std::path::PathBuf;
use std::time::Instant;

use crate::export::file::opened::LOCK_PATIENCE;
use crate::export::file::opened::Opened;
use crate::export::file::opened::refuse_above_limit;
use crate::export::file::opening;
use crate::export::file::opening::Writing;
use crate::export::file::opening::failure;
use crate::export::file::rotation::Rotation;
use crate::export::file::rotation::here;
use crate::recorder::RecorderError;

/// A file whose end is replaced by whatever is written, and by a new end: so that it is whole after each write.
///
/// It belongs to one process, which holds its lock as long as it is open. What an earlier run left is put aside. For the
/// rest it is as careful as a [`RecordFile`](crate::export::file::RecordFile): for its owner alone, through no link, and
/// a write that fails leaves what was there.
#[derive(Debug)]
pub(crate) struct FramedFile {
    path: PathBuf,
    head: &'static [u8],
    rotation: Rotation,
    opened: Option<Framed>,
}

#[derive(Debug)]
struct Framed {
    opened: Opened,
    /// Where the end begins.
    body: u64,
    /// Where the file ends.
    size: u64,
}

impl FramedFile {
    /// The file at `path`, that begins with `head`. A relative path is relative to where the process is now.
    pub(crate) fn new(path: impl Into<PathBuf>, head: &'static [u8]) -> Self {
        let path = here(path);
        Self { path, head, rotation: Rotation::default(), opened: None }
    }

    /// When the file has had enough.
    pub(crate) fn rotation(mut self, rotation: Rotation) -> Self {
        self.rotation = rotation;
        self
    }

    /// Writes whole records in place of the end, and a new end: all of it or, where that fails, none.
    ///
    /// # Errors
    ///
    /// The path leads to something that is no file, which trying again does not change; or the system refuses, or
    /// another process has the file, which may change.
    pub(crate) fn write(&mut self, records: &[u8], end: &[u8]) -> Result<(), RecorderError> {
        let mut framed = self.current(records.len() + end.len())?;
        let written = framed.replace_end(self.head, records, end);
        // Only a file that is as it should be is used again.
        match written {
            Ok(()) => self.opened = Some(framed),
            Err(Failed { error, mended }) => {
                self.opened = mended.then_some(framed);
                return Err(failure(&self.path, "cannot be written", &error));
            }
        }
        Ok(())
    }

    /// The file that has room for so many bytes more.
    fn current(&mut self, more: usize) -> Result<Framed, RecorderError> {
        let path = &self.path;
        if let Some(framed) = self.opened.take() {
            let age = framed.opened.age();
            let is_due = framed.body > 0 && self.rotation.is_due(framed.size, more, age);
            if !is_due && framed.is_untouched(path).map_err(|error| failure(path, "is gone", &error))? {
                return Ok(framed);
            }
        }
        let opened = self.claim()?;
        let size = opened.file.metadata().map_err(|error| failure(path, "cannot be read", &error))?.len();
        if size == 0 {
            return Ok(Framed { opened, body: 0, size });
        }
        // From an earlier run, or full.
        self.rotation.put_aside(path).map_err(|error| failure(path, "cannot be put aside", &error))?;
        Ok(Framed { opened: self.claim()?, body: 0, size: 0 })
    }

    /// Opens the file and takes its lock, which another process may have.
    fn claim(&self) -> Result<Opened, RecorderError> {
        let refused = |error: &io::Error| failure(&self.path, "cannot be opened", error);
        let until = Instant::now() + LOCK_PATIENCE;
        loop {
            let opened = opening::open(&self.path, Writing::Anywhere)?;
            let opened = Opened::new(opened).map_err(|error| refused(&error))?;
            opened.lock(until).map_err(|error| refused(&error))?;
            // Another process may have put it aside before it let go of it.
            if opening::is_at(&opened.file, &self.path).map_err(|error| refused(&error))? {
                return Ok(opened);
            }
            if Instant::now() >= until {
                return Err(refused(&io::Error::other("others put it aside again and again")));
            }
        }
    }
}

/// A write that failed.
struct Failed {
    error: io::Error,
    /// The file is as it was.
    mended: bool,
}

impl Framed {
    /// Whether the file is where it was, and as it was left.
    fn is_untouched(&self, path: &Path) -> io::Result<bool> {
        Ok(opening::is_at(&self.opened.file, path)? && self.opened.file.metadata()?.len() == self.size)
    }

    fn replace_end(&mut self, head: &[u8], records: &[u8], end: &[u8]) -> Result<(), Failed> {
        let head = if self.body == 0 { head } else { b"" };
        let bytes = [head, records, end].concat();
        let file = &mut self.opened.file;
        let mut before = Vec::new();
        let begin = SeekFrom::Start(self.body);
        let result = refuse_above_limit(self.body + bytes.len() as u64)
            .and_then(|()| file.seek(begin))
            .and_then(|_| file.read_to_end(&mut before))
            .and_then(|_| file.seek(begin))
            .and_then(|_| file.write_all(&bytes))
            // A new end may be shorter than the old one.
            .and_then(|()| file.set_len(self.body + bytes.len() as u64));
        match result {
            Ok(()) => {
                self.size = self.body + bytes.len() as u64;
                self.body = self.size - end.len() as u64;
                Ok(())
            }
            Err(error) => {
                let mended = file
                    .set_len(self.body)
                    .and_then(|()| file.seek(begin))
                    .and_then(|_| file.write_all(&before))
                    .is_ok();
                Err(Failed { error, mended })
            }
        }
    }
}
