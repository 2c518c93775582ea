//! The headers by which a trace goes from process to process: read and printed, nothing else.
//!
//! Most programs need [`Context::extract`] and [`Context::inject`](crate::Context::inject) alone, which read and write
//! these headers of any map: see [`ReadHeaders`] and [`WriteHeaders`].
//!
//! | header | what | bounds |
//! |---|---|---|
//! | `traceparent` | [`TraceParent`]: trace, span and flags, as W3C Trace Context Level 2 has them | 55 characters that count |
//! | `tracestate` | [`TraceState`]: what other systems need to know of the trace | 32 members; 512 characters are passed on |
//! | `baggage` | [`Baggage`]: what the application passes along | 64 members, 8,192 bytes over all lines |
//! | `X-Amzn-Trace-Id` | [`XRayHeader`]: the same as `traceparent`, of AWS | 2,048 bytes |
//!
//! Whatever comes in, nothing panics and nothing grows beyond these bounds, and no value that goes out has a character
//! that could end a header's line.
//!
//! [`Context::extract`]: crate::Context::extract

#![forbid(unsafe_code)]

mod baggage;
mod error;
mod flags;
mod headers;
mod percent;
mod traceparent;
mod tracestate;
mod xray;

pub use baggage::Baggage;
pub use error::HeaderError;
pub use flags::TraceFlags;
pub use headers::{FnHeaders, ReadHeaders, WriteHeaders, read_from, write_to};
pub use traceparent::TraceParent;
pub use tracestate::TraceState;
pub use xray::{XRayHeader, XRaySampled};

/// Without spaces and tabs around it.
fn trimmed(mut text: &[u8]) -> &[u8] {
    while let [b' ' | b'\t', rest @ ..] | [rest @ .., b' ' | b'\t'] = text {
        text = rest;
    }
    text
}

/// What is before the first `mark`, and what is behind it.
fn split(text: &[u8], mark: u8) -> (&[u8], Option<&[u8]>) {
    match text.iter().position(|byte| *byte == mark) {
        Some(place) => (&text[..place], Some(&text[place + 1..])),
        None => (text, None),
    }
}
