//! From the name of a host to its addresses, but never to those that hand out a machine's own secrets.

use std::io;
use std::net::IpAddr;
use std::net::SocketAddr;

use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::resolver::DefaultResolver;
use ureq::unversioned::resolver::ResolvedSocketAddrs;
use ureq::unversioned::resolver::Resolver;
use ureq::unversioned::transport::NextTimeout;

use crate::export::http::HttpUrl;
use crate::recorder::RecorderError;

/// Whether addresses of the own link are addresses like others.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) enum LinkLocal {
    Allowed,
    /// The services of clouds that hand out credentials live there, and no recorder's server does.
    #[default]
    Refused,
}

/// What is said of an address that is refused.
pub(crate) const REFUSED: &str = "link-local addresses are refused unless they are allowed";

impl LinkLocal {
    /// Whether an address may be sent to.
    pub(crate) fn allows(self, address: IpAddr) -> bool {
        self == LinkLocal::Allowed || !is_link_local(address)
    }

    /// Whether a URL may be sent to, as far as it names an address.
    ///
    /// # Errors
    ///
    /// It names one that is refused.
    pub(crate) fn permits(self, url: &HttpUrl) -> Result<(), RecorderError> {
        match url.host().parse() {
            Ok(address) if !self.allows(address) => Err(RecorderError::new(format!("{url}: {REFUSED}"))),
            _ => Ok(()),
        }
    }
}

/// Gives the addresses of a host, whatever its name, without the refused ones.
#[derive(Debug)]
pub(crate) struct Guarded {
    pub(crate) link_local: LinkLocal,
    pub(crate) names: DefaultResolver,
}

impl Resolver for Guarded {
    fn resolve(
        &self,
        uri: &Uri,
        config: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, ureq::Error> {
        // An address needs no thread that looks it up.
        let found = match literal(uri) {
            Some(address) => {
                let mut found = self.empty();
                found.push(address);
                found
            }
            None => self.names.resolve(uri, config, timeout)?,
        };
        // Looked at here, behind the names, so that no name leads there either.
        let mut allowed = self.empty();
        found
            .iter()
            .filter(|address| self.link_local.allows(address.ip()))
            .for_each(|address| allowed.push(*address));
        if allowed.is_empty() {
            return Err(io::Error::new(io::ErrorKind::PermissionDenied, REFUSED).into());
        }
        Ok(allowed)
    }
}

fn literal(uri: &Uri) -> Option<SocketAddr> {
    let host = uri.host()?.trim_start_matches('[').trim_end_matches(']');
    let port = uri.port_u16().unwrap_or(if uri.scheme_str() == Some("https") { 443 } else { 80 });
    Some(SocketAddr::new(host.parse().ok()?, port))
}

/// Whether this is of the own link, or the one address with the same service outside of it.
fn is_link_local(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(address) => address.is_link_local(),
        IpAddr::V6(address) => {
            // `fd00:ec2::/32` is where AWS has its metadata in IPv6.
            address.is_unicast_link_local() || address.segments().starts_with(&[0xfd00, 0x0ec2])
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(address: &str, refused: bool) {
        assert_eq!(is_link_local(address.parse().unwrap()), refused, "{address}");
    }

    #[test]
    fn f39_what_hands_out_credentials_is_known_in_every_spelling() {
        for metadata in
            ["169.254.169.254", "169.254.170.2", "::ffff:169.254.169.254", "fe80::1", "fd00:ec2::254"]
        {
            check(metadata, true);
        }
        for other in ["127.0.0.1", "10.0.0.1", "169.253.0.1", "::1", "2001:db8::1", "fd00::1"] {
            check(other, false);
        }
    }
}
