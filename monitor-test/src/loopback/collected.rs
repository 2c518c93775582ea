//! What came to a peer.

use crate::loopback::Request;

/// What came to a peer so far.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct Collected {
    /// How many connections it accepted.
    pub connections: u64,
    /// How many bytes it read.
    pub received: u64,
    /// How many bytes it wrote, into the buffers of the system at least.
    pub sent: u64,
    /// What it read of each connection, where that is not HTTP.
    pub streams: Vec<Vec<u8>>,
    /// The datagrams, in the order in which they came.
    pub datagrams: Vec<Vec<u8>>,
    /// The HTTP requests, in the order in which they were complete.
    pub requests: Vec<Request>,
}

impl Collected {
    /// The complete lines of all streams, and all lines of the datagrams; what is not UTF-8 is replaced.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        let complete = |stream: &Vec<u8>| stream.rsplitn(2, |byte| *byte == b'\n').nth(1).map(<[u8]>::to_vec);
        let streams = self.streams.iter().filter_map(complete);
        let texts = streams.chain(self.datagrams.iter().cloned());
        texts
            .flat_map(|text| {
                let text = String::from_utf8_lossy(&text);
                text.lines().map(str::to_owned).collect::<Vec<_>>()
            })
            .collect()
    }
}
