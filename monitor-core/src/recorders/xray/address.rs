//! Where the daemon is, as the X-Ray SDKs read it.

use crate::export::socket::SocketAddress;
use crate::export::socket::Transport;
use crate::recorder::FromSetting;

/// Where the daemon is by default.
pub(crate) const DAEMON: (&str, u16) = ("127.0.0.1", 2_000);
/// The variable by which the X-Ray SDKs find the daemon.
pub(crate) const VARIABLE: &str = "AWS_XRAY_DAEMON_ADDRESS";

/// The address of the daemon: where it takes segments.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct DaemonAddress(pub(crate) SocketAddress);

impl Default for DaemonAddress {
    fn default() -> Self {
        let (host, port) = DAEMON;
        Self(SocketAddress::udp(host, port))
    }
}

impl FromSetting for DaemonAddress {
    const EXPECTED: &'static str =
        "an address of the X-Ray daemon: `host:port`, `udp:host:port`, or `tcp:host:port udp:host:port`";

    fn from_setting(text: &str) -> Option<Self> {
        let words: Vec<_> = text.split_whitespace().collect();
        let plain = match &words[..] {
            [one] if one.starts_with("tcp:") => return None,
            [one] => one.strip_prefix("udp:").filter(|rest| !rest.starts_with("//")).unwrap_or(one),
            // What the daemon answers over TCP is not asked.
            [one, other] => match (one.split_once(':')?, other.split_once(':')?) {
                (("tcp", _), ("udp", udp)) | (("udp", udp), ("tcp", _)) => udp,
                _ => return None,
            },
            _ => return None,
        };
        let address: SocketAddress = plain.parse().ok()?;
        let udp = address.transport().is_none_or(|transport| transport == Transport::Udp);
        udp.then(|| Self(address.or(Transport::Udp, DAEMON.1)))
    }
}
