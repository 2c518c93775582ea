//! What every recorder must do, as one call of a test.
//!
//! ```
//! use monitor_core::recorders::Null;
//!
//! monitor_test::conformance::recorder(Null::default);
//! ```

mod odd;
mod rules;
mod watched;

pub use rules::{boxed_recorder, recorder};
