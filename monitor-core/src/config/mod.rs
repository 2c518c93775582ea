//! Configuration from file and environment.

#![forbid(unsafe_code)]

#[cfg(feature = "toml")]
mod document;
mod environment;
mod error;
mod said;
mod statement;
#[cfg(all(test, feature = "toml"))]
mod tests;
mod variables;

pub use environment::{configured, init};
pub use error::ConfigError;
