//! In which form a scraper wants what it scrapes: `Accept` and `Accept-Encoding`.

use hyper::HeaderMap;
use hyper::header::ACCEPT;
use hyper::header::ACCEPT_ENCODING;
use hyper::header::HeaderName;

/// One of the formats.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) enum Format {
    OpenMetrics,
    Protobuf,
    #[default]
    Text,
}

/// Whether the bytes are packed.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) enum Packing {
    Gzip,
    #[default]
    Plain,
}

/// Format, packing, and whether the scraper asked how names are escaped.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) struct Form {
    pub(crate) format: Format,
    pub(crate) packing: Packing,
    pub(crate) escaping: bool,
}

impl Form {
    /// What the headers of a request ask for. Text where they ask for nothing that there is, as Prometheus' own clients
    /// answer.
    pub(crate) fn wanted(headers: &HeaderMap) -> Self {
        let mut form = Form::default();
        let mut best = 0;
        for range in ranges(headers, ACCEPT) {
            if let Some(format) = range.format().filter(|_| range.quality > best) {
                best = range.quality;
                form.format = format;
                form.escaping = range.parameter("escaping").is_some();
            }
        }
        let packings = ranges(headers, ACCEPT_ENCODING);
        let quality = |names: &[&str]| {
            let named = packings.iter().find(|range| names.contains(&range.name.as_str()));
            named.or_else(|| packings.iter().find(|range| range.name == "*")).map(|range| range.quality)
        };
        let gzip = quality(&["gzip", "x-gzip"]).unwrap_or(0);
        if gzip > 0 && gzip >= quality(&["identity"]).unwrap_or(0) {
            form.packing = Packing::Gzip;
        }
        form
    }

    /// The `Content-Type` of an answer in this form.
    pub(crate) fn content_type(self) -> &'static str {
        match (self.format, self.escaping) {
            (Format::OpenMetrics, false) => "application/openmetrics-text; version=1.0.0; charset=utf-8",
            (Format::OpenMetrics, true) => {
                "application/openmetrics-text; version=1.0.0; charset=utf-8; escaping=underscores"
            }
            (Format::Protobuf, false) => {
                "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited"
            }
            (Format::Protobuf, true) => {
                "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited; \
                 escaping=underscores"
            }
            (Format::Text, false) => "text/plain; version=0.0.4; charset=utf-8",
            (Format::Text, true) => "text/plain; version=0.0.4; charset=utf-8; escaping=underscores",
        }
    }
}

/// One of several things that a header names, with its parameters.
struct Range {
    /// In lower case.
    name: String,
    parameters: Vec<(String, String)>,
    /// In thousandths, as fine as HTTP has it.
    quality: u32,
}

impl Range {
    fn read(text: &str) -> Self {
        let mut parts = text.split(';').map(str::trim);
        let name = parts.next().unwrap_or_default().to_ascii_lowercase();
        let parameters = parts.filter_map(|part| part.split_once('='));
        let parameters: Vec<_> = parameters
            .map(|(key, value)| (key.trim().to_ascii_lowercase(), value.trim().trim_matches('"').to_owned()))
            .collect();
        let mut range = Self { name, parameters, quality: 1_000 };
        if let Some(quality) = range.parameter("q") {
            // What is no quality is no wish.
            let quality = quality.parse().ok().filter(|quality| (0.0..=1.0).contains(quality));
            range.quality = (quality.unwrap_or(0.0_f64) * 1_000.0) as u32;
        }
        range
    }

    fn parameter(&self, key: &str) -> Option<&str> {
        self.parameters.iter().find(|(known, _)| known == key).map(|(_, value)| value.as_str())
    }

    /// The format that this stands for, if we have it.
    fn format(&self) -> Option<Format> {
        let is = |key, values: &[&str]| self.parameter(key).is_none_or(|value| values.contains(&value));
        match self.name.as_str() {
            "application/openmetrics-text" if is("version", &["1.0.0", "0.0.1"]) => Some(Format::OpenMetrics),
            "application/vnd.google.protobuf"
                if self.parameter("proto") == Some("io.prometheus.client.MetricFamily")
                    && is("encoding", &["delimited"]) =>
            {
                Some(Format::Protobuf)
            }
            "text/plain" if is("version", &["0.0.4"]) => Some(Format::Text),
            "*/*" | "text/*" => Some(Format::Text),
            "application/*" => Some(Format::OpenMetrics),
            _ => None,
        }
    }
}

/// All that a header names, in its order.
fn ranges(headers: &HeaderMap, name: HeaderName) -> Vec<Range> {
    let texts = headers.get_all(name).into_iter().filter_map(|value| value.to_str().ok());
    texts.flat_map(|text| text.split(',')).map(Range::read).collect()
}
