//! What a server answers.

use std::time::Duration;

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
    #[prost(message, repeated, tag = "3")]
    #[serde(skip)]
    pub(crate) details: Vec<Detail>,
}

/// More about it: `google.protobuf.Any`.
#[derive(Clone, Message, PartialEq)]
pub(crate) struct Detail {
    #[prost(string, tag = "1")]
    pub(crate) type_url: String,
    #[prost(bytes = "vec", tag = "2")]
    pub(crate) value: Vec<u8>,
}

/// When to try again: `google.rpc.RetryInfo`.
#[derive(Clone, Message, PartialEq)]
pub(crate) struct RetryInfo {
    #[prost(message, optional, tag = "1")]
    pub(crate) retry_delay: Option<Delay>,
}

/// A span of time: `google.protobuf.Duration`.
#[derive(Clone, Message, PartialEq)]
pub(crate) struct Delay {
    #[prost(int64, tag = "1")]
    pub(crate) seconds: i64,
    #[prost(int32, tag = "2")]
    pub(crate) nanos: i32,
}

impl Status {
    /// How long the server wants to be left alone, if it says so; no time at all where it says less than that.
    pub(crate) fn retry_delay(&self) -> Option<Duration> {
        let info = self.details.iter().find(|detail| detail.type_url.ends_with("/google.rpc.RetryInfo"))?;
        let delay = RetryInfo::decode(&*info.value).ok()?.retry_delay.unwrap_or_default();
        let seconds = u64::try_from(delay.seconds).unwrap_or(0);
        let nanos = u32::try_from(delay.nanos).unwrap_or(0).min(999_999_999);
        Some(Duration::new(seconds, nanos))
    }
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
