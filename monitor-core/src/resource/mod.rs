//! What is known of the process without being told: the detectors that fill a [`Resource`](crate::model::Resource).
//!
//! From variables and files alone: no process is ever started to find something out, and nothing is asked over the
//! network. What cannot be read, or is not what it should be, is absent.

#![forbid(unsafe_code)]

mod container;
mod detect;
mod environment;
mod host;
mod kubernetes;
mod process;
mod service;
mod surroundings;
#[cfg(test)]
mod tests;

pub use environment::ResourceError;
