//! The index: a source tree, read once and put into SQLite so that it can be searched.

mod chunk;
mod error;
#[cfg(test)]
pub(crate) mod sample;
mod store;
mod vocabulary;
mod walk;

use std::fmt;
use std::path::Path;
use std::path::PathBuf;

use monitor_core::monitored;
use tempfile::TempDir;

pub(crate) use crate::index::error::Error;
use crate::index::store::Store;
pub(crate) use crate::index::vocabulary::Vocabulary;
use crate::report::count;

/// An index on the disk; it goes when this is dropped.
pub(crate) struct Index {
    path: PathBuf,
    size: Size,
    vocabulary: Vocabulary,
    _folder: TempDir,
}

/// How much was indexed.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) struct Size {
    /// Text files.
    pub(crate) files: u64,
    /// Their lines.
    pub(crate) lines: u64,
    /// Their definitions.
    pub(crate) symbols: u64,
    /// Files left out: no text, too large, or one too many.
    pub(crate) left_out: u64,
}

impl fmt::Display for Size {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [files, lines, symbols, left_out] =
            [self.files, self.lines, self.symbols, self.left_out].map(count);
        write!(out, "{files} files, {lines} lines, {symbols} definitions; {left_out} files left out")
    }
}

impl Index {
    /// The database.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// How much is in it.
    pub(crate) fn size(&self) -> Size {
        self.size
    }

    /// The words that can be asked for.
    pub(crate) fn vocabulary(&self) -> &Vocabulary {
        &self.vocabulary
    }
}

#[monitored]
impl Index {
    /// Indexes a tree. `told` hears how many files are done, and of how many.
    pub(crate) fn build(root: &Path, told: impl Fn(usize, usize)) -> Result<Self, Error> {
        let folder = TempDir::with_prefix("code-search-").map_err(Error::Folder)?;
        let path = folder.path().join("index.sqlite");
        let mut store = Store::create(&path)?;
        let found = walk::files(root);
        let taken = &found[..found.len().min(MOST)];
        let mut size = Size { left_out: (found.len() - taken.len()) as u64, ..Size::default() };
        for (number, batch) in taken.chunks(BATCH).enumerate() {
            let files: Vec<_> = batch.iter().filter_map(|file| walk::read(root, file)).collect();
            size.left_out += (batch.len() - files.len()) as u64;
            store.insert(&files, &mut size)?;
            told(number * BATCH + batch.len(), taken.len());
        }
        let vocabulary = Vocabulary::load(&store.finish()?)?;
        if vocabulary.words.is_empty() {
            return Err(Error::Empty { root: root.to_owned(), seen: found.len() });
        }
        Ok(Self { path, size, vocabulary, _folder: folder })
    }
}

/// Files a transaction.
const BATCH: usize = 64;

/// Files at most: whoever starts this in a home folder shall not wait for all of it.
const MOST: usize = 20_000;

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;

    #[test]
    fn what_is_no_text_or_ignored_is_left_out() {
        let index = sample::index();
        assert_eq!(index.size(), Size { files: 2, lines: 5, symbols: 2, left_out: 1 });
    }

    #[test]
    fn the_progress_ends_at_the_number_of_files() {
        let (tree, told) = (sample::tree(), RefCell::new(Vec::new()));
        Index::build(tree.path(), |done, all| told.borrow_mut().push((done, all))).unwrap();
        assert_eq!(told.into_inner(), [(3, 3)]);
    }

    #[test]
    fn a_tree_without_text_is_refused_by_name() {
        let tree = TempDir::new().unwrap();
        let error = Index::build(tree.path(), |_, _| {}).map(drop).unwrap_err().to_string();
        assert!(error.contains(&tree.path().display().to_string()) && error.contains("0 files"), "{error}");
    }

    #[test]
    fn the_database_goes_with_the_index() {
        let index = sample::index();
        let path = index.path().to_owned();
        assert!(path.exists());
        drop(index);
        assert!(!path.exists());
    }
}
