//! `process.*`.

use std::env;
use std::path::Path;
use std::path::PathBuf;

use crate::model::Resource;

/// This process, but for its number. Of what it was called with only the program: arguments may hold secrets.
pub(crate) fn detect() -> Resource {
    let executable = env::current_exe().ok();
    let path = executable.as_deref().and_then(Path::to_str).map(still_there);
    Resource::default()
        .with("process.executable.name", path.map(file_name))
        .with("process.executable.path", path)
        .with("process.command", env::args_os().next().and_then(|program| program.into_string().ok()))
        .with("process.runtime.name", "rust")
        .with("process.runtime.version", option_env!("MONITOR_RUSTC_VERSION"))
}

/// What Linux calls a program whose file was replaced, as an update does.
pub(crate) fn still_there(path: &str) -> &str {
    path.strip_suffix(" (deleted)").unwrap_or(path)
}

pub(crate) fn file_name(path: &str) -> String {
    let name = PathBuf::from(path).file_name().map(|name| name.to_string_lossy().into_owned());
    name.unwrap_or_else(|| path.to_owned())
}
