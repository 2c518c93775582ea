//! What may be told and what must not: values, commands, the text of queries.
//!
//! | you have | use |
//! |---|---|
//! | a password, a token, a key | [`Sensitive`] |
//! | a value that may be told to some | [`Classified`] and a [`Policy`] |
//! | commands, of which some log in | [`SensitiveCommands`], which gives a [`Redaction`] |
//! | what a server said was wrong | [`Failure`] |
//! | the text of a query | [`parameterise`] and [`query_summary`] |
//! | a long text | [`truncate`] |

#![forbid(unsafe_code)]

mod class;
mod commands;
mod failure;
#[cfg(feature = "hmac")]
mod hmac;
mod sensitive;
mod sql;
mod truncate;

pub use class::{Class, Classified, Policy, Shown, Treatment};
pub use commands::{Redaction, SensitiveCommands};
pub use failure::Failure;
#[cfg(feature = "hmac")]
pub use hmac::HmacKey;
pub use sensitive::Sensitive;
pub use sql::{Dialect, parameterise, query_summary};
pub use truncate::truncate;
