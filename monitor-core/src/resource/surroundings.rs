//! What a detector may look at: variables and files.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::fs::File;
use std::io::Read;

/// The most bytes of a file that are read. A table of mounts is the longest of them: some hundred bytes a mount.
const LONGEST_FILE: u64 = 256 * 1024;
/// The most bytes of a value that is taken for one.
const LONGEST_VALUE: usize = 1_024;

/// What a detector may look at; a test gives it variables and files of its own.
#[derive(Clone, Copy)]
pub(crate) struct Surroundings<'a> {
    variable: &'a dyn Fn(&str) -> Option<OsString>,
    file: &'a dyn Fn(&str) -> Option<String>,
}

impl<'a> Surroundings<'a> {
    pub(crate) fn new(
        variable: &'a dyn Fn(&str) -> Option<OsString>,
        file: &'a dyn Fn(&str) -> Option<String>,
    ) -> Self {
        Self { variable, file }
    }

    /// Those of this process.
    pub(crate) fn here() -> Surroundings<'static> {
        Surroundings::new(&|name| env::var_os(name), &|path| read(path))
    }

    /// A variable as it is; an empty one is none, as OpenTelemetry has it.
    pub(crate) fn raw_variable(&self, name: &str) -> Option<OsString> {
        (self.variable)(name).filter(|value| !value.is_empty())
    }

    /// The value of a variable, if it can be one.
    pub(crate) fn variable(&self, name: &str) -> Option<String> {
        one_value(&self.raw_variable(name)?.into_string().ok()?)
    }

    /// The value of the first of some variables that has one.
    pub(crate) fn first_variable(&self, names: &[&str]) -> Option<String> {
        names.iter().find_map(|name| self.variable(name))
    }

    /// What is in a file; of a long one only the first lines.
    pub(crate) fn file(&self, path: &str) -> Option<String> {
        (self.file)(path)
    }

    /// The value that is all of a file.
    pub(crate) fn value_file(&self, path: &str) -> Option<String> {
        one_value(&self.file(path)?)
    }
}

/// A text that can be the value of an attribute: one line, not too long, that says something.
pub(crate) fn one_value(text: &str) -> Option<String> {
    let value = text.trim();
    let says = !value.is_empty() && value.len() <= LONGEST_VALUE;
    let strange = |letter: char| letter.is_control() || letter == char::REPLACEMENT_CHARACTER;
    (says && !value.contains(strange)).then(|| value.to_owned())
}

/// The whole lines of an ordinary file among its first bytes.
pub(crate) fn read(path: &str) -> Option<String> {
    // Opening a pipe would wait for somebody to write to it.
    if !fs::metadata(path).ok()?.is_file() {
        return None;
    }
    let mut bytes = Vec::new();
    File::open(path).ok()?.take(LONGEST_FILE).read_to_end(&mut bytes).ok()?;
    if bytes.len() as u64 == LONGEST_FILE {
        bytes.truncate(bytes.iter().rposition(|byte| *byte == b'\n')?);
    }
    Some(String::from_utf8_lossy(&bytes).into_owned())
}
