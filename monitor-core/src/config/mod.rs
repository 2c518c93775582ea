//! Configuration from the environment.

#![forbid(unsafe_code)]

mod environment;
mod error;
mod variables;

pub use environment::init;
pub use error::ConfigError;
