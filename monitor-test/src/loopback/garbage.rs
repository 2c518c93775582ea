//! Answers that are none.

use std::io;
use std::io::Write;
use std::sync::LazyLock;

use flate2::Compression;
use flate2::write::GzEncoder;

use crate::loopback::Response;

/// What a peer says that talks nonsense.
///
/// ```
/// use monitor_test::loopback::{Garbage, Manner, Peer};
///
/// for garbage in Garbage::ALL {
///     let peer = Peer::http(Manner::Garbage(garbage));
///     // Let something ship to `peer.address()`, and see that it is none the worse for it.
///     # drop(peer);
/// }
/// ```
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Garbage {
    /// An answer whose body never ends.
    EndlessBody,
    /// An answer whose headers never end.
    EndlessHeaders,
    /// A small answer that becomes 64 MiB when it is unpacked.
    GzipBomb,
    /// Bytes that are no HTTP.
    Noise,
    /// An answer that ends before it is complete.
    Short,
    /// An answer of the right type with a body that is not.
    WrongBody,
    /// The page of some proxy, with status 200.
    WrongType,
}

/// How large a gzip bomb becomes.
const BOMB: usize = 64 << 20;
/// So much is written at once of what has no end.
const PIECE: usize = 64 << 10;

impl Garbage {
    /// All there are.
    pub const ALL: [Garbage; 7] = [
        Garbage::EndlessBody,
        Garbage::EndlessHeaders,
        Garbage::GzipBomb,
        Garbage::Noise,
        Garbage::Short,
        Garbage::WrongBody,
        Garbage::WrongType,
    ];

    /// Writes it, until all is written or nobody reads on.
    pub(crate) fn write(self, out: &mut dyn Write) -> io::Result<()> {
        const PROTOBUF: &str = "application/x-protobuf";
        match self {
            Garbage::EndlessBody => {
                out.write_all(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n{\"")?;
                endless(out, &[b'a'; PIECE])
            }
            Garbage::EndlessHeaders => {
                out.write_all(b"HTTP/1.1 200 OK\r\n")?;
                endless(out, &b"X-More: and more\r\n".repeat(PIECE / 16))
            }
            Garbage::GzipBomb => {
                let response = Response::new(200).header("Content-Encoding", "gzip");
                response.header("Content-Type", PROTOBUF).body(PACKED_BOMB.as_slice()).write(out)
            }
            Garbage::Noise => out.write_all(&noise(1_000)),
            Garbage::Short => out.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nshort"),
            Garbage::WrongBody => {
                Response::new(200).header("Content-Type", PROTOBUF).body([0xff; 100]).write(out)
            }
            Garbage::WrongType => Response::new(200)
                .header("Content-Type", "text/html")
                .body("<html><body>Please log in</body></html>")
                .write(out),
        }
    }
}

fn endless(out: &mut dyn Write, piece: &[u8]) -> io::Result<()> {
    loop {
        out.write_all(piece)?;
    }
}

/// Packed once, as that takes a while.
static PACKED_BOMB: LazyLock<Vec<u8>> = LazyLock::new(|| bomb().expect("a vector takes everything"));

fn bomb() -> io::Result<Vec<u8>> {
    let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
    let zeros = [0; PIECE];
    for _ in 0..BOMB / PIECE {
        packed.write_all(&zeros)?;
    }
    packed.finish()
}

/// Bytes without a pattern, the same each time: xorshift with Marsaglia's numbers.
pub(crate) fn noise(count: usize) -> Vec<u8> {
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()[0]
    };
    (0..count).map(|_| next()).collect()
}
