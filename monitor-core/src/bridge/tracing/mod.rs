//! The bridge to `tracing`: our spans are real ones there, and a layer brings theirs to us.

mod foreign;
mod known;
mod layer;
mod own;
mod span;
mod values;

pub use layer::TracingLayer;

pub(crate) use own::forward_spans;
