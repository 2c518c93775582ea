//! Configuration that means nothing.

use std::error::Error;
use std::fmt;

use crate::monitor::InstallError;
use crate::recorder::SettingError;
use crate::resource::ResourceError;

/// Configuration that means nothing.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum ConfigError {
    /// A global monitor is installed already.
    Installed(InstallError),
    /// A variable has a value that cannot be read, or names a recorder that does not exist.
    Invalid {
        /// The variable.
        variable: String,
        /// What is wrong and what would be right.
        problem: String,
    },
    /// What the environment says about the resource cannot be read.
    Resource(ResourceError),
    /// A recorder has a setting that means nothing.
    Setting(SettingError),
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ConfigError::Installed(error) => error.fmt(f),
            ConfigError::Invalid { variable, problem } => write!(f, "{variable}: {problem}"),
            ConfigError::Resource(error) => error.fmt(f),
            ConfigError::Setting(error) => error.fmt(f),
        }
    }
}

impl Error for ConfigError {}
