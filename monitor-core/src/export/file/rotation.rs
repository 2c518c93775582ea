//! When a file has had enough, and where it goes then.

use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::Path;
use std::path::PathBuf;
use std::time::Duration;

use crate::recorder::ByteSize;
use crate::recorder::SettingError;
use crate::recorder::Settings;

/// When a file has had enough, and how many such are kept.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Rotation {
    /// A file that would be larger has had enough, in bytes. One that holds a single batch may be larger.
    pub(crate) max_size: u64,
    /// A file that is older has had enough.
    pub(crate) max_age: Duration,
    /// How many full files are kept.
    pub(crate) keep: u32,
}

impl Default for Rotation {
    /// 100 MiB, any age, five files.
    fn default() -> Self {
        Self { max_size: 100 << 20, max_age: Duration::MAX, keep: 5 }
    }
}

impl Rotation {
    /// Heeds the settings `max_size` and `max_files`.
    ///
    /// # Errors
    ///
    /// One of them is no number of bytes, or of files.
    pub(crate) fn take(&mut self, settings: &mut Settings) -> Result<(), SettingError> {
        if let Some(ByteSize(bytes)) = settings.take("max_size")? {
            self.max_size = bytes;
        }
        settings.take_into("max_files", &mut self.keep)
    }

    /// Whether a file of this size and age has had enough, before so many bytes more.
    pub(crate) fn is_due(&self, size: u64, more: usize, age: Duration) -> bool {
        size > 0 && (size.saturating_add(more as u64) > self.max_size || age > self.max_age)
    }

    /// Puts the file aside: `name` becomes `name.1`, which was `name.2` before, and so on. Each step is one rename, so
    /// that whoever dies in between loses nothing but a number.
    ///
    /// # Errors
    ///
    /// The system refuses a rename; the file is then where it was.
    pub(crate) fn put_aside(&self, path: &Path) -> io::Result<()> {
        if self.keep == 0 {
            fs::remove_file(path)?;
        } else {
            let free = (1..self.keep).find(|number| !exists(&aside(path, *number))).unwrap_or(self.keep);
            for number in (1..free).rev() {
                fs::rename(aside(path, number), aside(path, number + 1))?;
            }
            fs::rename(path, aside(path, 1))?;
        }
        // Where fewer are kept than before.
        for number in self.keep.saturating_add(1)..u32::MAX {
            let superfluous = aside(path, number);
            if !exists(&superfluous) {
                break;
            }
            fs::remove_file(superfluous)?;
        }
        Ok(())
    }
}

/// Where a path leads from where the process is now, also if it goes elsewhere later.
pub(crate) fn here(path: impl Into<PathBuf>) -> PathBuf {
    let path = path.into();
    std::path::absolute(&path).unwrap_or(path)
}

/// Where a full file is kept.
pub(crate) fn aside(path: &Path, number: u32) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(format!(".{number}"));
    PathBuf::from(name)
}

fn exists(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok()
}
