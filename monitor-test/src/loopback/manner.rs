//! How a peer behaves.

use std::time::Duration;

use crate::loopback::Garbage;
use crate::loopback::Response;
use crate::loopback::Transport;

/// How a peer behaves.
///
/// | manner | with connections | with datagrams |
/// |---|---|---|
/// | `Answering` | answers each HTTP request so; without HTTP like `Collecting` | like `Collecting` |
/// | `Collecting` | takes everything, answers HTTP with 200 | takes everything |
/// | `Dead` | refuses connections; the file of a Unix socket is missing | nobody has the port; the file is missing |
/// | `Dripping` | answers HTTP a byte at a time, and takes anything else a byte at a time | takes them one at a time |
/// | `Garbage` | reads a little and answers with nonsense | answers with noise |
/// | `Hanging` | accepts, and neither reads nor answers | never reads |
/// | `Resetting` | accepts, reads one byte, and resets the connection | like `Dead` |
///
/// ```
/// use monitor_test::loopback::{Manner, Peer, Response};
///
/// let busy = Peer::http(Manner::Answering(Response::new(503).header("Retry-After", "1")));
/// assert!(busy.url().starts_with("http://127.0.0.1:"));
/// ```
#[non_exhaustive]
#[derive(Clone, Debug)]
pub enum Manner {
    /// Answers each request so.
    Answering(Response),
    /// Takes everything and keeps it for the test.
    Collecting,
    /// Nobody is there; the address stays reserved.
    Dead,
    /// So much time lies between two bytes, or two datagrams.
    Dripping(Duration),
    /// Talks nonsense.
    Garbage(Garbage),
    /// Accepts, and nothing more.
    Hanging,
    /// Accepts, and resets the connection.
    Resetting,
}

/// Between two bytes of a peer that drips: a time limit for each read would never end.
const PACE: Duration = Duration::from_millis(20);

impl Manner {
    /// Every manner that a recorder over this transport must survive.
    ///
    /// ```
    /// use monitor_test::loopback::{Manner, Transport};
    ///
    /// let manners = Manner::misbehaving(Transport::Http);
    /// assert!(manners.iter().any(|manner| matches!(manner, Manner::Hanging)));
    /// ```
    #[must_use]
    pub fn misbehaving(transport: Transport) -> Vec<Manner> {
        let mut manners = vec![Manner::Dead, Manner::Dripping(PACE), Manner::Hanging];
        if transport.connects() {
            manners.push(Manner::Resetting);
        }
        if transport != Transport::Http {
            manners.push(Manner::Garbage(Garbage::Noise));
            return manners;
        }
        manners.extend(Garbage::ALL.map(Manner::Garbage));
        // Refused for good, refused for now with and without a time that makes sense, and sent elsewhere.
        let retry = |status, after| Manner::Answering(Response::new(status).header("Retry-After", after));
        manners.extend([400, 401, 403, 404, 413, 500].map(|status| Manner::Answering(Response::new(status))));
        manners.extend(["0", "-1", "999999999999999999999", "soon"].map(|after| retry(429, after)));
        manners.push(retry(503, "Thu, 01 Jan 1970 00:00:00 GMT"));
        manners.push(retry(503, "3600"));
        manners.extend([301, 307].map(|status| Manner::Answering(Response::redirect(status, ELSEWHERE))));
        manners
    }
}

/// Where a redirect leads: nobody may follow it there.
const ELSEWHERE: &str = "http://127.0.0.1:1/elsewhere";
