//! What the words of the settings mean.

use std::time::Duration;

use crate::export::http::LinkLocal;
use crate::model::Signals;
use crate::recorder::FromSetting;
use crate::recorders::otlp_messages::Histograms;
use crate::recorders::otlp_messages::Temporality;

/// In which form messages are sent.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Protocol {
    /// gRPC, over HTTP/2. Needs the feature `otlp_grpc`.
    Grpc,
    /// JSON over HTTP.
    HttpJson,
    /// Binary over HTTP.
    #[default]
    HttpProtobuf,
}

impl FromSetting for Protocol {
    const EXPECTED: &'static str = "`http/protobuf`, `http/json` or `grpc`";

    fn from_setting(text: &str) -> Option<Self> {
        match text.to_ascii_lowercase().as_str() {
            "grpc" => Some(Protocol::Grpc),
            "http/json" => Some(Protocol::HttpJson),
            "http/protobuf" => Some(Protocol::HttpProtobuf),
            _ => None,
        }
    }
}

impl FromSetting for Temporality {
    const EXPECTED: &'static str = "`cumulative`, `delta` or `lowmemory`";

    fn from_setting(text: &str) -> Option<Self> {
        match text.to_ascii_lowercase().as_str() {
            "cumulative" => Some(Temporality::Cumulative),
            "delta" | "lowmemory" => Some(Temporality::Delta),
            _ => None,
        }
    }
}

impl FromSetting for Histograms {
    const EXPECTED: &'static str = "`base2_exponential_bucket_histogram` (or `exponential`) or \
                                    `explicit_bucket_histogram` (or `explicit`)";

    fn from_setting(text: &str) -> Option<Self> {
        match text.to_ascii_lowercase().as_str() {
            "base2_exponential_bucket_histogram" | "exponential" => Some(Histograms::Exponential),
            "explicit_bucket_histogram" | "explicit" => Some(Histograms::Explicit),
            _ => None,
        }
    }
}

impl FromSetting for LinkLocal {
    const EXPECTED: &'static str = "`allowed` or `refused`";

    fn from_setting(text: &str) -> Option<Self> {
        match text {
            "allowed" => Some(LinkLocal::Allowed),
            "refused" => Some(LinkLocal::Refused),
            _ => None,
        }
    }
}

/// A time limit: with a unit, or in milliseconds as OpenTelemetry has it.
pub(crate) struct Limit(pub(crate) Duration);

impl FromSetting for Limit {
    const EXPECTED: &'static str = "a duration such as `10s`, or a number of milliseconds, above zero";

    fn from_setting(text: &str) -> Option<Self> {
        let limit = match text.parse() {
            Ok(milliseconds) => Duration::from_millis(milliseconds),
            Err(_) => Duration::from_setting(text)?,
        };
        (!limit.is_zero()).then_some(Limit(limit))
    }
}

/// Which signals are sent.
pub(crate) struct Wanted(pub(crate) Signals);

impl FromSetting for Wanted {
    const EXPECTED: &'static str = "`spans`, `metrics`, `events`, or several of them joined by commas";

    fn from_setting(text: &str) -> Option<Self> {
        text.split(',')
            .try_fold(Signals::NONE, |all, word| match word.trim() {
                "events" => Some(all | Signals::EVENTS),
                "metrics" => Some(all | Signals::METRICS),
                "spans" => Some(all | Signals::SPANS),
                _ => None,
            })
            .map(Wanted)
    }
}
