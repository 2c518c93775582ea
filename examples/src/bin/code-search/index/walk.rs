//! Finds the files of a tree that are worth reading.

use std::fs;
use std::path::Path;
use std::path::PathBuf;

use ignore::DirEntry;
use ignore::WalkBuilder;
use monitor_core::monitored;

/// One text file.
pub(crate) struct SourceFile {
    /// Relative to the root, with `/` on every system.
    pub(crate) path: String,
    /// All of it.
    pub(crate) text: String,
}

/// Lists the files of a tree, in order; what `.gitignore` names, is hidden or is made by a build is left out.
#[monitored]
pub(crate) fn files(root: &Path) -> Vec<PathBuf> {
    WalkBuilder::new(root)
        .require_git(false)
        .sort_by_file_path(Path::cmp)
        .filter_entry(is_source)
        .build()
        .filter_map(Result::ok)
        .filter(|entry| entry.file_type().is_some_and(|kind| kind.is_file()))
        .map(DirEntry::into_path)
        .collect()
}

/// Reads a file, unless it is no text or too large: what is no source code is no failure.
#[monitored]
pub(crate) fn read(root: &Path, path: &Path) -> Option<SourceFile> {
    if fs::metadata(path).ok()?.len() > LARGEST {
        return None;
    }
    let text = String::from_utf8(fs::read(path).ok()?).ok().filter(|text| !text.contains('\0'))?;
    let path = path.strip_prefix(root).unwrap_or(path);
    let parts: Vec<_> = path.components().map(|part| part.as_os_str().to_string_lossy()).collect();
    Some(SourceFile { path: parts.join("/"), text })
}

const LARGEST: u64 = 512 * 1024;

fn is_source(entry: &DirEntry) -> bool {
    let is_folder = entry.file_type().is_some_and(|kind| kind.is_dir());
    // The root is taken as given, whatever its name.
    let is_built = entry.depth() > 0
        && is_folder
        && (entry.path().join("CACHEDIR.TAG").exists() || entry.file_name() == "node_modules");
    !is_built
}
