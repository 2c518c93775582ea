//! One file that records are appended to.

use std::fs::File;
use std::io;
use std::io::Write;
use std::path::Path;
use std::path::PathBuf;
use std::time::Instant;

use crate::export::file::end;
use crate::export::file::end::End;
use crate::export::file::opened::LOCK_PATIENCE;
use crate::export::file::opened::Opened;
use crate::export::file::opened::refuse_above_limit;
use crate::export::file::opening;
use crate::export::file::opening::Writing;
use crate::export::file::opening::failure;
use crate::export::file::rotation::Rotation;
use crate::export::file::rotation::here;
use crate::recorder::RecorderError;

/// A file that records are appended to, JSON objects, one a line.
///
/// * A file that is made is for its owner alone (0600). A symbolic link, or anything else that is no regular file, is
///   refused.
/// * What is written at once is there as a whole or not at all: what a full disk took of it is cut off again. A process
///   that is killed in the middle leaves whole records and the beginning of one, which the next to write cuts off.
/// * Several processes may write to one file: each holds its lock while it writes, and appends in one step. Where a
///   file system has no locks the step alone must do.
/// * A file that is large or old enough is renamed: the newest is `name.1`, and the number of files is bounded. One that
///   somebody else moved or removed is begun anew.
#[derive(Debug)]
pub(crate) struct RecordFile {
    path: PathBuf,
    rotation: Rotation,
    opened: Option<Opened>,
}

impl RecordFile {
    /// The file at `path`, which is opened when something is written. A relative path is relative to where the process
    /// is now, also if it goes elsewhere later.
    pub(crate) fn new(path: impl Into<PathBuf>) -> Self {
        let path = here(path);
        Self { path, rotation: Rotation::default(), opened: None }
    }

    /// When the file has had enough.
    pub(crate) fn rotation(mut self, rotation: Rotation) -> Self {
        self.rotation = rotation;
        self
    }

    /// Where the file is.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Opens the file, so that whoever may not write to it knows at once.
    ///
    /// # Errors
    ///
    /// As [`write`](Self::write).
    pub(crate) fn open(&mut self) -> Result<(), RecorderError> {
        let opened = self.locked(Instant::now() + LOCK_PATIENCE)?;
        let _ = opened.file.unlock();
        self.opened = Some(opened);
        Ok(())
    }

    /// Appends whole lines: all of them or, where that fails, none.
    ///
    /// # Errors
    ///
    /// The path leads to something that is no file for records, which trying again does not change; or the system
    /// refuses, as when the disk is full, which may change.
    pub(crate) fn write(&mut self, lines: &[u8]) -> Result<(), RecorderError> {
        if lines.is_empty() {
            return Ok(());
        }
        debug_assert!(lines.ends_with(b"\n"), "a record ends with its line");
        let until = Instant::now() + LOCK_PATIENCE;
        loop {
            let mut opened = self.locked(until)?;
            let size = opened.file.metadata().map_err(|error| self.failed(&error))?.len();
            if self.rotation.is_due(size, lines.len(), opened.age()) {
                // Those who wait for the lock look where they are when they get it, and come after.
                self.rotation
                    .put_aside(&self.path)
                    .map_err(|error| failure(&self.path, "is full and cannot be put aside", &error))?;
                continue;
            }
            let after = size.saturating_add(lines.len() as u64);
            let written = refuse_above_limit(after).and_then(|()| append(&mut opened.file, size, lines));
            let _ = opened.file.unlock();
            self.opened = Some(opened);
            return written.map_err(|error| self.failed(&error));
        }
    }

    /// The file that is at the path now, under its lock, ending with a whole record.
    fn locked(&mut self, until: Instant) -> Result<Opened, RecorderError> {
        loop {
            let mut opened = match self.opened.take() {
                Some(opened) => opened,
                None => Opened::new(opening::open(&self.path, Writing::AtEnd)?)
                    .map_err(|error| self.failed(&error))?,
            };
            opened.lock(until).map_err(|error| self.failed(&error))?;
            if !opening::is_at(&opened.file, &self.path).map_err(|error| self.failed(&error))? {
                if Instant::now() < until {
                    continue;
                }
                let restless = io::Error::other("others put it aside again and again");
                return Err(self.failed(&restless));
            }
            return match end::mend(&mut opened.file).map_err(|error| self.failed(&error))? {
                End::Clean => Ok(opened),
                End::Foreign => Err(RecorderError::new(format!(
                    "`{}` ends with something that is no record; move it away, or name another file",
                    self.path.display()
                ))),
            };
        }
    }

    fn failed(&self, error: &io::Error) -> RecorderError {
        failure(&self.path, "cannot be written", error)
    }
}

/// Appends all of it, or leaves the file as large as it was.
pub(crate) fn append(file: &mut File, size: u64, lines: &[u8]) -> io::Result<()> {
    let mut written = 0;
    let result = loop {
        match file.write(&lines[written..]) {
            Ok(0) => break Err(io::Error::from(io::ErrorKind::WriteZero)),
            Ok(count) => written += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => break Err(error),
        }
        if written == lines.len() {
            return Ok(());
        }
    };
    // Unless somebody without manners has written meanwhile. What is left then is mended before the next write.
    if written > 0 && file.metadata()?.len() == size + written as u64 {
        file.set_len(size)?;
    }
    result
}
