//! Where batches go.
//!
//! Each recorder is a folder of one shape, and two lines here: its module, and its row in the table.

#![forbid(unsafe_code)]

#[cfg(all(test, any(feature = "graphite", feature = "statsd")))]
mod any_metric;
mod builtin;

#[cfg(feature = "chrome_trace")]
pub mod chrome_trace;
#[cfg(feature = "cloudwatch_emf")]
pub mod cloudwatch_emf;
pub mod console;
#[cfg(any(feature = "graphite", feature = "statsd"))]
mod dotted;
#[cfg(feature = "graphite")]
pub mod graphite;
#[cfg(feature = "json_lines")]
pub mod json_lines;
pub mod memory;
pub mod null;
#[cfg(feature = "otlp")]
pub mod otlp;
#[cfg(feature = "otlp_messages")]
#[cfg_attr(
    not(feature = "recorders"),
    allow(
        dead_code,
        unreachable_pub,
        unused_imports,
        reason = "some of the recorders need some of it, and all of them all"
    )
)]
pub(crate) mod otlp_messages;
#[cfg(feature = "prometheus")]
pub mod prometheus;
#[cfg(feature = "sentry")]
pub mod sentry;
#[cfg(feature = "statsd")]
pub mod statsd;
#[cfg(any(feature = "graphite", feature = "statsd"))]
mod threshold;
#[cfg(feature = "xray")]
pub mod xray;

pub use builtin::Builtin;

builtin::table! {
    chrome_trace::ChromeTrace ("chrome_trace"),
    cloudwatch_emf::CloudWatchEmf("cloudwatch_emf"),
    console::Console,
    graphite::Graphite ("graphite"),
    json_lines::JsonLines ("json_lines"),
    memory::Memory,
    null::Null,
    sentry::Sentry ("sentry"),
    prometheus::Prometheus ("prometheus"),
    otlp::Otlp ("otlp"),
    statsd::Statsd ("statsd"),
    xray::XRay("xray"),
}
