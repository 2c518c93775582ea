//! What a server answers.

use prost::Message;
use serde::Deserialize;
use serde::Deserializer;
use serde::de::Error;

/// The answer to a request that was taken, if not all of it.
#[derive(Clone, Deserialize, Message, PartialEq)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Reply {
    #[prost(message, optional, tag = "1")]
    #[serde(default)]
    pub(crate) partial_success: Option<PartialSuccess>,
}

/// How much was refused, and why. The three services differ in what they call the number, not in its tag.
#[derive(Clone, Deserialize, Message, PartialEq)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct PartialSuccess {
    #[prost(int64, tag = "1")]
    #[serde(alias = "rejectedSpans", alias = "rejectedDataPoints", alias = "rejectedLogRecords")]
    #[serde(deserialize_with = "number")]
    pub(crate) rejected: i64,
    #[prost(string, tag = "2")]
    pub(crate) error_message: String,
}

/// Why a request was refused: `google.rpc.Status`.
#[derive(Clone, Deserialize, Message, PartialEq)]
#[serde(default)]
pub(crate) struct Status {
    #[prost(int32, tag = "1")]
    pub(crate) code: i32,
    #[prost(string, tag = "2")]
    pub(crate) message: String,
}

/// As text, as the protocol has it, or as a number, as some servers do.
fn number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i64, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Number {
        Number(i64),
        Text(String),
    }
    match Number::deserialize(deserializer)? {
        Number::Number(number) => Ok(number),
        Number::Text(text) => text.parse().map_err(D::Error::custom),
    }
}
