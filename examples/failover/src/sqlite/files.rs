//! Names for the database files of one cluster.

use std::io;
use std::path::PathBuf;
use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering;

use tempfile::TempDir;

/// A folder that goes with the cluster, and names in it that were not used before.
#[derive(Debug)]
pub(super) struct Files {
    folder: TempDir,
    used: AtomicU32,
}

impl Files {
    /// An empty folder.
    pub(super) fn new() -> io::Result<Self> {
        Ok(Self { folder: tempfile::tempdir()?, used: AtomicU32::new(0) })
    }

    /// Where a new file can be.
    pub(super) fn next(&self) -> PathBuf {
        let number = self.used.fetch_add(1, Ordering::Relaxed);
        self.folder.path().join(format!("{number}.sqlite"))
    }
}
