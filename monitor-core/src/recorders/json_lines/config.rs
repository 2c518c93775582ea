//! What can be set.

use std::io;
use std::io::Write;
use std::path::Path;
use std::path::PathBuf;
use std::time::Duration;

use crate::export::file::here;
use crate::export::stream::Stream;
use crate::model::Signals;
use crate::recorder::Configured;
use crate::recorder::SettingError;
use crate::recorder::Settings;
use crate::recorders::json_lines::Format;
use crate::recorders::json_lines::JsonLines;
use crate::recorders::json_lines::output::Output;

impl Configured for JsonLines {
    const NAME: &'static str = "json_lines";
    const ABOUT: &'static str = "spans, events and metrics as JSON, one object a line, to a file";

    fn open(settings: &mut Settings) -> Result<Self, SettingError> {
        let mut lines = Self::default();
        if let Some(path) = settings.take::<PathBuf>("path")? {
            lines = if path == Path::new("-") { Self::to(io::stdout()) } else { lines.path(path) };
        }
        settings.take_into("format", &mut lines.format)?;
        lines.rotation.take(settings)?;
        settings.take_into("max_age", &mut lines.rotation.max_age)?;
        Ok(lines)
    }
}

impl JsonLines {
    /// Writes to `output` instead of a file: standard output, for the platforms that collect it.
    ///
    /// ```
    /// use monitor_core::recorders::JsonLines;
    ///
    /// let lines = JsonLines::to(std::io::stdout());
    /// ```
    pub fn to(output: impl Write + Send + 'static) -> Self {
        Self { output: Some(Output::Stream(Stream::new(output))), ..Self::default() }
    }

    /// Writes to the file at `path`; to `telemetry.jsonl` by default. A relative path is one from where the process is
    /// when it says so.
    #[must_use]
    pub fn path(mut self, path: impl Into<PathBuf>) -> Self {
        self.path = here(path);
        self.output = None;
        self
    }

    /// Writes lines of this format; [`Format::Plain`] by default.
    #[must_use]
    pub fn format(mut self, format: Format) -> Self {
        self.format = format;
        self
    }

    /// Puts the file aside before it is larger than so many bytes; 100 MiB by default. One batch stays together, even
    /// if it is larger by itself.
    #[must_use]
    pub fn max_size(mut self, bytes: u64) -> Self {
        self.rotation.max_size = bytes;
        self
    }

    /// Puts the file aside when something is written and it is older than this; it may have any age by default.
    #[must_use]
    pub fn max_age(mut self, age: Duration) -> Self {
        self.rotation.max_age = age;
        self
    }

    /// Keeps so many files that were put aside, five by default; with zero, a full file is removed.
    #[must_use]
    pub fn max_files(mut self, files: u32) -> Self {
        self.rotation.keep = files;
        self
    }

    /// Writes these; everything by default.
    #[must_use]
    pub fn signals(mut self, signals: Signals) -> Self {
        self.signals = signals;
        self
    }
}
