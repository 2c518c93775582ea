//! Configuration that means nothing.

use std::error::Error;
use std::fmt;

use crate::monitor::InstallError;
use crate::recorder::SettingError;
use crate::resource::ResourceError;

/// Configuration that means nothing.
#[derive(Clone, Eq, PartialEq)]
#[non_exhaustive]
pub enum ConfigError {
    /// A global monitor is installed already.
    Installed(InstallError),
    /// Something was said that means nothing, such as the name of a recorder that does not exist.
    Invalid {
        /// Where it was said: a variable, or a file with its line.
        origin: String,
        /// What is wrong and what would be right.
        problem: String,
    },
    /// What the environment says about the resource cannot be read.
    Resource(ResourceError),
    /// A recorder has a setting that means nothing.
    Setting(SettingError),
}

impl ConfigError {
    pub(crate) fn invalid(origin: impl Into<String>, problem: impl Into<String>) -> Self {
        Self::Invalid { origin: origin.into(), problem: problem.into() }
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ConfigError::Installed(error) => error.fmt(f),
            ConfigError::Invalid { origin, problem } => write!(f, "{origin}: {problem}"),
            ConfigError::Resource(error) => error.fmt(f),
            ConfigError::Setting(error) => error.fmt(f),
        }
    }
}

impl fmt::Debug for ConfigError {
    /// The same: where `main` returns it, this is what is shown.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Error for ConfigError {}
