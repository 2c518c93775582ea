//! The bridges to `tracing` and `metrics`, each against the real other side.

mod forward;
mod install;
mod layer;
mod log;
mod poll;
mod secrets;
mod spans;
