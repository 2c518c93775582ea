//! Configuration from the environment.

mod environment;

pub use environment::{ConfigError, init};
