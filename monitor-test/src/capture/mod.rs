//! Runs code in a monitor of its own and answers questions about what it told.

mod builder;
mod captured;
mod events;
mod outcomes;
mod scope;
mod tree;

pub use builder::CaptureBuilder;
pub use captured::Captured;
pub use outcomes::Outcomes;
pub use scope::Capture;
