//! From a snapshot to what a scrape shows. Pure.
//!
//! First a [`Page`]: families of series with the names that Prometheus has for them. Then the page in one of three
//! formats, which show the same.

mod buckets;
mod exemplar;
mod labels;
mod message;
mod names;
mod native;
mod number;
mod page;
mod protobuf;
#[cfg(test)]
mod tests;
mod text;
mod units;

pub(crate) use page::Page;
pub(crate) use protobuf::protobuf;
pub(crate) use text::openmetrics;
pub(crate) use text::text;
