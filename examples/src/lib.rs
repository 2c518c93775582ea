//! What the examples share with their tests: a driver that survives the death of its primary.
//!
//! The main job is a program of its own, `src/bin/code-search`.

#![warn(missing_docs)]
#![forbid(unsafe_code)]

pub mod failover;
