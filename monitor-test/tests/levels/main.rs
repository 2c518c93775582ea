//! Where a span hangs: trace levels, copies, and what becomes of a span without a parent.

mod copies;
mod golden;
mod place;
mod seen;
