//! Why a tree was not indexed.

use std::io;
use std::path::PathBuf;

/// Why a tree was not indexed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// There is nothing to search.
    #[error("`{}` holds no text to search ({seen} files seen); give a folder with source code", root.display())]
    Empty {
        /// The tree.
        root: PathBuf,
        /// Files that were looked at.
        seen: usize,
    },
    /// The database needs a place.
    #[error("no folder for the index could be made: {0}; TMPDIR must name a folder that can be written")]
    Folder(#[source] io::Error),
    /// SQLite refused.
    #[error("the index could not be written: {0}")]
    Sqlite(#[from] rusqlite::Error),
}
