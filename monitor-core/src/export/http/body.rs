//! Bodies: packed on the way out, bounded on the way in.

use std::io;
use std::io::Read;
use std::io::Write;

use flate2::Compression;
use flate2::read::MultiGzDecoder;
use flate2::write::GzEncoder;

/// The most that is read of an answer, before and after unpacking: OpenTelemetry's limit.
pub(crate) const LIMIT: u64 = 4 * 1024 * 1024;

/// Why the body of an answer could not be had.
#[derive(Debug)]
pub(crate) enum Unreadable {
    /// In an encoding that nobody asked for.
    Encoding,
    Garbled,
    Transfer(ureq::Error),
    TooLarge,
}

/// Packs the body of a request.
pub(crate) fn gzip(body: &[u8]) -> io::Result<Vec<u8>> {
    let mut packed = GzEncoder::new(Vec::with_capacity(body.len() / 4), Compression::fast());
    packed.write_all(body)?;
    packed.finish()
}

/// Reads the body of an answer, and unpacks it.
pub(crate) fn read(body: ureq::Body, encoding: Option<&str>) -> Result<Vec<u8>, Unreadable> {
    if body.content_length().is_some_and(|length| length > LIMIT) {
        return Err(Unreadable::TooLarge);
    }
    let sent = bounded(body.into_reader()).map_err(|error| match error {
        Bounded::Broken(error) => Unreadable::Transfer(error.into()),
        Bounded::TooLarge => Unreadable::TooLarge,
    })?;
    match encoding.map(str::trim) {
        None | Some("" | "identity") => Ok(sent),
        Some(gzip) if gzip.eq_ignore_ascii_case("gzip") || gzip.eq_ignore_ascii_case("x-gzip") => {
            bounded(MultiGzDecoder::new(&*sent)).map_err(|error| match error {
                Bounded::Broken(_) => Unreadable::Garbled,
                Bounded::TooLarge => Unreadable::TooLarge,
            })
        }
        Some(_) => Err(Unreadable::Encoding),
    }
}

enum Bounded {
    Broken(io::Error),
    TooLarge,
}

fn bounded(source: impl Read) -> Result<Vec<u8>, Bounded> {
    let mut all = Vec::new();
    // One byte more tells what is too large from what just fits.
    source.take(LIMIT + 1).read_to_end(&mut all).map_err(Bounded::Broken)?;
    if all.len() as u64 > LIMIT { Err(Bounded::TooLarge) } else { Ok(all) }
}
