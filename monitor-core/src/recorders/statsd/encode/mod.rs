//! From snapshots, spans and events to lines. Pure.

mod events;
mod form;
mod metrics;
mod spans;
#[cfg(test)]
mod tests;
mod values;

pub(crate) use form::Form;
