//! What compiles, what does not and how that is told, and what the attribute writes.

mod error;
mod expansion;
mod scratch;
mod suite;

pub use error::ExpansionError;
pub use expansion::{expansion, try_expansion};
pub use suite::Suite;
