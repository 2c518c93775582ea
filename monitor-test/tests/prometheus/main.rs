//! The endpoint that Prometheus scrapes: over real sockets, judged by parsers of others' formats.

mod client;
mod connections;
mod formats;
mod lifetime;
mod requests;
