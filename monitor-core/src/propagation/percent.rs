//! Text in a header: what it may not have is written as `%` and two digits.

use std::fmt;
use std::fmt::Write;

/// Whether a byte may stand in a value of `baggage`.
pub(crate) fn is_plain(byte: u8) -> bool {
    matches!(byte, b'!'..=b'~') && !b"\",;\\".contains(&byte)
}

/// Writes text with a `%` and two digits in the place of each byte that may not stand there.
pub(crate) fn encode(text: &str, to: &mut String) {
    for byte in text.bytes() {
        match byte {
            b'%' => to.push_str("%25"),
            byte if is_plain(byte) => to.push(char::from(byte)),
            // Writing to a string does not fail.
            byte => drop::<fmt::Result>(write!(to, "%{byte:02X}")),
        }
    }
}

/// The text again. A `%` without two digits is one, and what is no UTF-8 becomes U+FFFD.
pub(crate) fn decode(text: &[u8]) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text;
    while let [first, others @ ..] = rest {
        rest = others;
        bytes.push(match others {
            [high, low, behind @ ..] if *first == b'%' => match (digit(*high), digit(*low)) {
                (Some(high), Some(low)) => {
                    rest = behind;
                    high << 4 | low
                }
                _ => *first,
            },
            _ => *first,
        });
    }
    String::from_utf8(bytes).unwrap_or_else(|wrong| String::from_utf8_lossy(wrong.as_bytes()).into_owned())
}

fn digit(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).map(|digit| digit as u8)
}
