//! The endpoint that Prometheus scrapes: over real sockets, judged by parsers of others' formats.

mod client;
mod connections;
mod decoder;
mod formats;
mod hostile;
mod lifetime;
mod protobuf;
mod requests;
