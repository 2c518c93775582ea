//! What every recorder must do, as one call of a test.
//!
//! ```
//! use monitor_core::recorders::Null;
//!
//! monitor_test::conformance::recorder(Null::default);
//! ```
//!
//! | call | what it checks |
//! |---|---|
//! | [`recorder`] | what every recorder must do, wherever it ships to |
//! | [`networked`] | the same over a network, with peers that are dead, hang, drip, reset, talk garbage and come back |
//! | [`boxed_misbehaving`] | of these, only the peers that misbehave: for protocols that no peer of the kit speaks |
//! | [`faithful`] | whatever the names and values are, the number of records is the same |
//! | [`burst`] | a million calls in a second or so: counted exactly, in bounded memory |
//!
//! The rules hold in builds of every kind, on a machine that is busy with other things: what is measured is counted, and
//! where time is the thing itself, the bound is far from what is usual.

mod broken;
mod burst;
mod deadline;
mod endings;
mod faithful;
mod hardship;
mod load;
mod looking;
mod networked;
mod odd;
mod program;
mod quiet;
mod rules;
mod swap;
mod watched;

pub use burst::burst;
pub use faithful::{boxed_faithful, faithful};
pub use networked::{boxed_misbehaving, boxed_networked, networked};
pub use rules::{boxed_recorder, recorder};
