//! HTTP for recorders: one request, one answer, one time limit for all of it.
//!
//! A request either ends within its total time limit or fails: looking up the host, connecting, sending and reading
//! share the limit, so that a peer that sends a byte now and then gains nothing. Nothing is tried twice, no redirect is
//! followed, no answer takes more than 4 MiB of memory, and no message tells a password.

mod answer;
mod body;
mod client;
mod failure;
mod headers;
#[cfg(test)]
pub(crate) mod peer;
mod proxy;
mod resolver;
mod retry_after;
mod setting;
#[cfg(test)]
mod tests;
mod tls;
mod url;

pub use client::Compression;
pub use headers::{HttpHeaders, HttpHeadersError};
pub use proxy::HttpProxy;
pub use tls::TlsFiles;
pub use url::{HttpUrl, HttpUrlError};

pub(crate) use answer::Answer;
pub(crate) use answer::quoted;
pub(crate) use client::{Http, HttpOptions};
pub(crate) use proxy::Route;
pub(crate) use resolver::{LinkLocal, REFUSED};
pub(crate) use retry_after::LONGEST as LONGEST_WAIT;
pub(crate) use tls::TlsMaterial;
