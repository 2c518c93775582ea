//! Why there is no expansion.

use std::error::Error;
use std::fmt;
use std::path::PathBuf;

/// Why there is no expansion.
#[derive(Debug)]
#[non_exhaustive]
pub enum ExpansionError {
    /// `cargo` could not be run.
    Cargo(std::io::Error),
    /// The source does not expand; this is what the compiler said.
    Compiler(String),
    /// A file of the scratch crate could not be written.
    File(PathBuf, std::io::Error),
    /// `cargo metadata` did not tell where monitor-core is; this is what was wrong.
    Metadata(String),
    /// The compiler's own output is not Rust.
    Unreadable(syn::Error),
}

impl fmt::Display for ExpansionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ExpansionError::Cargo(error) => write!(f, "cargo could not be run: {error}"),
            ExpansionError::Compiler(said) => write!(f, "the source does not expand:\n{said}"),
            ExpansionError::File(path, error) => {
                write!(f, "{} could not be written: {error}", path.display())
            }
            ExpansionError::Metadata(problem) => {
                write!(f, "{problem}; the package under test must depend on monitor-core, directly or not")
            }
            ExpansionError::Unreadable(error) => write!(f, "the compiler's output is not Rust: {error}"),
        }
    }
}

impl Error for ExpansionError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            ExpansionError::Cargo(error) | ExpansionError::File(_, error) => Some(error),
            ExpansionError::Unreadable(error) => Some(error),
            ExpansionError::Compiler(_) | ExpansionError::Metadata(_) => None,
        }
    }
}
