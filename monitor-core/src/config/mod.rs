//! Configuration from the environment.

#![forbid(unsafe_code)]

mod environment;

pub use environment::{ConfigError, init};
