//! A file that is open, how old it is, and who else writes to it.

use std::fs::File;
use std::fs::TryLockError;
use std::io;
use std::thread;
use std::time::Duration;
use std::time::Instant;

#[cfg(unix)]
use rustix::process::Resource;
#[cfg(unix)]
use rustix::process::getrlimit;

/// So long other processes may have the same file before this one gives up for now.
pub(crate) const LOCK_PATIENCE: Duration = Duration::from_secs(1);

/// A file, and how old it was at some moment.
#[derive(Debug)]
pub(crate) struct Opened {
    pub(crate) file: File,
    age: Duration,
    at: Instant,
}

impl Opened {
    pub(crate) fn new(file: File) -> io::Result<Self> {
        let metadata = file.metadata()?;
        // Not every file system knows when a file was made.
        let made = metadata.created().or_else(|_| metadata.modified())?;
        Ok(Self { file, age: made.elapsed().unwrap_or_default(), at: Instant::now() })
    }

    /// How old the file is.
    pub(crate) fn age(&self) -> Duration {
        self.age + self.at.elapsed()
    }

    /// Waits until no other process writes; never for ever, as one may have been stopped while it did.
    pub(crate) fn lock(&self, until: Instant) -> io::Result<()> {
        loop {
            match self.file.try_lock() {
                Ok(()) => return Ok(()),
                Err(TryLockError::Error(error)) if error.kind() == io::ErrorKind::Unsupported => {
                    return Ok(());
                }
                Err(TryLockError::Error(error)) => return Err(error),
                Err(TryLockError::WouldBlock) if Instant::now() >= until => {
                    let held = format!("another process has held its lock for {LOCK_PATIENCE:?}");
                    return Err(io::Error::new(io::ErrorKind::WouldBlock, held));
                }
                Err(TryLockError::WouldBlock) => thread::park_timeout(Duration::from_millis(1)),
            }
        }
    }
}

/// A process that exceeds its limit of the size of files is killed by a signal; so it is not exceeded.
#[cfg(unix)]
pub(crate) fn refuse_above_limit(size: u64) -> io::Result<()> {
    match getrlimit(Resource::Fsize).current {
        Some(limit) if size > limit => {
            let text = format!("it would be larger than files of this process may be, {limit} bytes");
            Err(io::Error::new(io::ErrorKind::FileTooLarge, text))
        }
        _ => Ok(()),
    }
}

#[cfg(not(unix))]
pub(crate) fn refuse_above_limit(_: u64) -> io::Result<()> {
    Ok(())
}
