//! How a file is opened: never through a link, never anything but a file, for nobody else to read.

use std::fs;
use std::fs::File;
use std::fs::OpenOptions;
use std::io;
#[cfg(unix)]
use std::os::unix::fs::MetadataExt;
#[cfg(unix)]
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

#[cfg(unix)]
use rustix::fs::OFlags;

use crate::recorder::RecorderError;

/// Where in a file its writer writes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Writing {
    /// Where it ends when it comes to it, also if others write.
    AtEnd,
    /// Where it wants.
    Anywhere,
}

/// Opens the file at `path`, and makes it where there is none: for its owner alone.
///
/// # Errors
///
/// What is there is no regular file, which trying again does not change; or the system refuses, which may change.
pub(crate) fn open(path: &Path, writing: Writing) -> Result<File, RecorderError> {
    // To open is to act, on a device or a pipe, so that a look comes first; what counts is what was opened.
    if let Ok(found) = fs::symlink_metadata(path) {
        refuse_unless_file(path, &found)?;
    }
    let file = options(writing).open(path).map_err(|error| failure(path, "cannot be opened", &error))?;
    let opened = file.metadata().map_err(|error| failure(path, "cannot be opened", &error))?;
    refuse_unless_file(path, &opened)?;
    Ok(file)
}

/// Whether `path` still leads to this file; where nobody can tell, it does.
pub(crate) fn is_at(file: &File, path: &Path) -> io::Result<bool> {
    let found = match fs::symlink_metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        found => found?,
    };
    Ok(same(&file.metadata()?, &found))
}

/// An error of the system that says where it was; it may be gone at the next try.
pub(crate) fn failure(path: &Path, what: &str, error: &io::Error) -> RecorderError {
    io::Error::new(error.kind(), format!("`{}` {what}: {error}", path.display())).into()
}

fn refuse_unless_file(path: &Path, found: &fs::Metadata) -> Result<(), RecorderError> {
    let kind = found.file_type();
    if kind.is_file() {
        return Ok(());
    }
    let what = match () {
        () if kind.is_symlink() => "a symbolic link, which somebody else may have put there",
        () if kind.is_dir() => "a folder",
        () => "a device, a pipe or a socket",
    };
    Err(RecorderError::new(format!("`{}` is {what}; name a file, or one to be made", path.display())))
}

fn options(writing: Writing) -> OpenOptions {
    let mut options = File::options();
    options.read(true).create(true);
    match writing {
        Writing::AtEnd => options.append(true),
        Writing::Anywhere => options.write(true),
    };
    protect(&mut options);
    options
}

#[cfg(unix)]
fn protect(options: &mut OpenOptions) {
    options.mode(0o600);
    // A pipe is not waited for, and a terminal does not become that of the process.
    options.custom_flags((OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::NOCTTY).bits().cast_signed());
}

#[cfg(unix)]
fn same(left: &fs::Metadata, right: &fs::Metadata) -> bool {
    (left.dev(), left.ino()) == (right.dev(), right.ino())
}

#[cfg(not(unix))]
fn protect(_: &mut OpenOptions) {}

#[cfg(not(unix))]
fn same(_: &fs::Metadata, _: &fs::Metadata) -> bool {
    true
}
