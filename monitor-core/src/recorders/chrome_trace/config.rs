//! What can be set.

use std::path::PathBuf;

use crate::export::file::here;
use crate::model::Signals;
use crate::recorder::Configured;
use crate::recorder::SettingError;
use crate::recorder::Settings;
use crate::recorders::chrome_trace::ChromeTrace;

impl Configured for ChromeTrace {
    const NAME: &'static str = "chrome_trace";
    const ABOUT: &'static str =
        "spans, events and gauges as a picture for Perfetto and chrome://tracing, to a file";

    fn open(settings: &mut Settings) -> Result<Self, SettingError> {
        let mut trace = Self::default();
        if let Some(path) = settings.take::<PathBuf>("path")? {
            trace = trace.path(path);
        }
        trace.rotation.take(settings)?;
        Ok(trace)
    }
}

impl ChromeTrace {
    /// Writes to the file at `path`; to `trace.json` by default. A relative path is one from where the process is when
    /// it says so.
    #[must_use]
    pub fn path(mut self, path: impl Into<PathBuf>) -> Self {
        self.path = here(path);
        self
    }

    /// Puts the file aside before it is larger than so many bytes, 256 MiB by default: more is slow to look at. One
    /// batch stays together, even if it is larger by itself.
    #[must_use]
    pub fn max_size(mut self, bytes: u64) -> Self {
        self.rotation.max_size = bytes;
        self
    }

    /// Keeps so many files that were put aside, those of earlier runs among them, five by default; with zero, such a
    /// file is removed.
    #[must_use]
    pub fn max_files(mut self, files: u32) -> Self {
        self.rotation.keep = files;
        self
    }

    /// Draws these; everything by default.
    #[must_use]
    pub fn signals(mut self, signals: Signals) -> Self {
        self.signals = signals;
        self
    }
}
