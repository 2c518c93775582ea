//! Decodes the delimited protobuf format by Prometheus' own definition, with another library than the one that encodes.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::sync::LazyLock;

use protobuf::CodedInputStream;
use protobuf::reflect::FileDescriptor;
use protobuf::reflect::MessageDescriptor;
use protobuf::well_known_types::timestamp;
use serde_json::Value;

const DEFINITION: &str = include_str!("../data/prometheus/metrics.proto");

/// What the definition says of `MetricFamily`.
static FAMILY: LazyLock<MessageDescriptor> = LazyLock::new(|| {
    let mut file = tempfile::Builder::new().suffix(".proto").tempfile().unwrap();
    file.write_all(DEFINITION.as_bytes()).unwrap();
    let parsed = protobuf_parse::Parser::new()
        .pure()
        .include(file.path().parent().unwrap())
        .input(file.path())
        .file_descriptor_set()
        .unwrap();
    let imported = [timestamp::file_descriptor().clone()];
    let known = FileDescriptor::new_dynamic_fds(parsed.file, &imported).unwrap();
    known.iter().find_map(|file| file.message_by_full_name(".io.prometheus.client.MetricFamily")).unwrap()
});

/// The families, each as JSON in the mapping of protocol buffers. Whatever the definition does not know is a fault.
pub(crate) fn families(bytes: &[u8]) -> Vec<Value> {
    let mut stream = CodedInputStream::from_bytes(bytes);
    let mut families = Vec::new();
    while !stream.eof().unwrap() {
        let length = stream.read_raw_varint32().unwrap();
        let message = FAMILY.parse_from_bytes(&stream.read_raw_bytes(length).unwrap()).unwrap();
        let unknown = message.special_fields_dyn().unknown_fields().iter().count();
        assert_eq!(unknown, 0, "{message}");
        let json = protobuf_json_mapping::print_to_string(&*message).unwrap();
        families.push(serde_json::from_str(&json).unwrap());
    }
    families
}

/// A number, which the mapping writes as text where it is large or none.
pub(crate) fn number(value: &Value) -> f64 {
    match value.as_str() {
        Some("Infinity") => f64::INFINITY,
        Some("-Infinity") => f64::NEG_INFINITY,
        Some(text) => text.parse().unwrap(),
        None => value.as_f64().unwrap_or_default(),
    }
}

/// Labels in the order of their names.
pub(crate) type Labels = BTreeMap<String, String>;

/// The labels of a metric or an exemplar.
pub(crate) fn labels(message: &Value) -> Labels {
    let pairs = message["label"].as_array().into_iter().flatten();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    pairs.map(|pair| (text(&pair["name"]), text(&pair["value"]))).collect()
}

/// Every sample as the text formats would show it: name with suffix, labels, value. What the library says of itself is
/// left out, and so is what is called as the text formats call when something began.
pub(crate) fn samples(families: &[Value]) -> Vec<(String, Labels, f64)> {
    let mut samples = Vec::new();
    for family in families {
        let name = family["name"].as_str().unwrap();
        for metric in family["metric"].as_array().unwrap() {
            let labels = labels(metric);
            let mut add = |suffix: &str, labels: Labels, value: &Value| {
                samples.push((format!("{name}{suffix}"), labels, number(value)));
            };
            match family["type"].as_str().unwrap() {
                "COUNTER" => add("", labels, &metric["counter"]["value"]),
                "GAUGE" => add("", labels, &metric["gauge"]["value"]),
                "HISTOGRAM" => {
                    let histogram = &metric["histogram"];
                    for bucket in histogram["bucket"].as_array().unwrap() {
                        let mut labels = labels.clone();
                        labels.insert("le".to_owned(), number(&bucket["upperBound"]).to_string());
                        add("_bucket", labels, &bucket["cumulativeCount"]);
                    }
                    add("_count", labels.clone(), &histogram["sampleCount"]);
                    add("_sum", labels, &histogram["sampleSum"]);
                }
                other => panic!("no family of ours is a {other}"),
            }
        }
    }
    samples.retain(|(name, ..)| !name.starts_with("otel_") && !name.ends_with("_created"));
    samples
}

/// Samples in one order, for comparing. JSON, by which this format is read, may change a number's last bit; what is no
/// number is equal to itself.
pub(crate) fn lines(samples: Vec<(String, Labels, f64)>) -> Vec<String> {
    let line = |(name, labels, value): (String, Labels, f64)| format!("{name} {labels:?} {value:.12e}");
    let mut lines: Vec<_> = samples.into_iter().map(line).collect();
    lines.sort();
    lines
}
