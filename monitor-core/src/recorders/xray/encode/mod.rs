//! From finished spans to the documents that the daemon takes. Pure.

mod document;
mod failure;
mod fields;
mod name;
mod remote;
mod shorten;
mod split;
#[cfg(test)]
mod tests;

pub(crate) use document::Wording;
pub(crate) use split::{Datagram, datagrams};

/// What each datagram begins with.
///
/// <https://docs.aws.amazon.com/xray/latest/devguide/xray-api-sendingdata.html#xray-api-daemon>
pub(crate) const HEADER: &[u8] = b"{\"format\":\"json\",\"version\":1}\n";
