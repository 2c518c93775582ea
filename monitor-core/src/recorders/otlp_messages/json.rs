//! The protocol's own form of JSON: identifiers in hexadecimal, numbers of 64 bits as text, enumerations as numbers.

use serde::Serialize;
use serde::Serializer;

use crate::recorders::otlp_messages::text::Text;

/// Two digits a byte.
pub(crate) fn hex<S: Serializer>(bytes: &impl AsRef<[u8]>, serializer: S) -> Result<S::Ok, S::Error> {
    let digits: String = bytes.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
    serializer.serialize_str(&digits)
}

/// Text that is at hand as on the wire.
pub(crate) fn text<S: Serializer>(text: &Text, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&String::from_utf8_lossy(text))
}

/// A number of 64 bits, of which a reader in JavaScript would lose some.
pub(crate) fn number<S: Serializer>(number: &impl ToString, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&number.to_string())
}

/// Several of them.
pub(crate) fn numbers<S: Serializer>(numbers: &[u64], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(numbers.iter().map(ToString::to_string))
}

/// A number, or the name of what is none, as the JSON of protobuf has it.
pub(crate) fn double<S: Serializer>(number: &f64, serializer: S) -> Result<S::Ok, S::Error> {
    match *number {
        number if number.is_nan() => serializer.serialize_str("NaN"),
        f64::INFINITY => serializer.serialize_str("Infinity"),
        f64::NEG_INFINITY => serializer.serialize_str("-Infinity"),
        number => number.serialize(serializer),
    }
}

/// The same where there is one; where there is none it is not asked for.
pub(crate) fn some_double<S: Serializer>(number: &Option<f64>, serializer: S) -> Result<S::Ok, S::Error> {
    double(&number.unwrap_or_default(), serializer)
}

pub(crate) fn is_zero<N: Default + PartialEq>(number: &N) -> bool {
    *number == N::default()
}

pub(crate) fn is_false(value: &bool) -> bool {
    !value
}
