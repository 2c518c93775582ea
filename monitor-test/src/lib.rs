//! The test kit of monitor-core: see what your instrumentation tells, without any other test seeing it.
//!
//! ```
//! use monitor_core::monitored;
//! use monitor_test::Capture;
//!
//! #[monitored]
//! fn outer() {
//!     inner();
//! }
//!
//! #[monitored]
//! fn inner() {}
//!
//! let captured = Capture::run(outer);
//! assert_eq!(captured.tree(), "outer ok\n  inner ok\n");
//! assert_eq!(captured.calls("inner"), 1);
//! captured.assert_in_flight_zero();
//! captured.assert_no_losses();
//! ```
//!
//! | you want to | look at |
//! |---|---|
//! | look at what a closure or future tells | [`Capture`], [`Captured`] |
//! | have exact durations | [`ManualClock`], [`Capture::with_clock`] |
//! | test a recorder of your own | [`conformance`] |
//! | judge what an endpoint for Prometheus exposes | [`openmetrics`] |
//! | have somebody to ship to, who behaves well or badly | [`loopback`] |
//! | test what compiles, what does not, and what the attribute writes | [`compile`] |

#![forbid(unsafe_code)]

pub mod capture;
pub mod compile;
pub mod conformance;
pub mod loopback;
pub mod openmetrics;

pub use capture::{Capture, CaptureBuilder, Captured, Outcomes};
pub use monitor_core::ManualClock;

/// The README's code, run.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;
