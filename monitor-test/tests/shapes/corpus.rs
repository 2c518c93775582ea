//! Every shape of function, monitored and plain: same result, same drops, same panic, no warning.
//!
//! Two crates compile these files, one an edition.
#![deny(warnings, unused_qualifications)]
#![warn(clippy::pedantic)]
// What the shapes themselves are about.
#![allow(
    clippy::elidable_lifetime_names,
    clippy::let_and_return,
    clippy::missing_safety_doc,
    clippy::needless_pass_by_value,
    clippy::trivially_copy_pass_by_ref,
    clippy::unused_unit
)]

mod asynchronous;
mod blocks;
mod boxed;
mod drops;
mod generics;
mod hygiene;
mod metrics;
mod options;
mod patterns;
mod streams;
mod support;
mod synchronous;
mod traits;
