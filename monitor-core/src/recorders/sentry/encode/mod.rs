//! From spans and events to what Sentry reads. Pure.
//!
//! <https://develop.sentry.dev/sdk/foundations/data-model/event-payloads/>

mod check_in;
mod failure;
mod name;
mod scope;
mod stack;
mod status;
mod text;
mod time;
mod told;
mod transaction;

pub(crate) use check_in::check_in;
pub(crate) use failure::Failure;
pub(crate) use name::{begins_transaction, id};
pub(crate) use scope::{Identity, Scope};
pub(crate) use text::size;
pub(crate) use time::{rfc3339, timestamp};
pub(crate) use told::{breadcrumb, shrink_event, told, without_what_is_not_told};
pub(crate) use transaction::{Tree, shrink_transaction, transaction};

#[cfg(test)]
pub(crate) use stack::frames;
