//! Commands of drivers: span, metrics and events of one call, and what must not be told.

mod by_hand;
mod endings;
mod secrets;
mod support;
mod told;
