//! Over HTTP.

use monitor_core::recorders::Otlp;
use monitor_core::recorders::otlp::Protocol;
use monitor_core::transport::Compression;
use monitor_test::loopback::Manner;
use monitor_test::loopback::Peer;
use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use prost::Message;

use crate::program;
use crate::program::Received;

/// What the program sends in this form, as `read` reads it.
#[track_caller]
fn check(protocol: Protocol, compression: Compression, content_type: &str) {
    let peer = Peer::http(Manner::Collecting);
    let otlp = Otlp::default().endpoint(peer.url().parse().unwrap());
    program::run(otlp.protocol(protocol).compression(compression));
    let mut received = Received::default();
    for request in peer.take().requests {
        assert_eq!(request.header("content-type"), Some(content_type));
        let body = request.unpacked().unwrap();
        let json = protocol == Protocol::HttpJson;
        macro_rules! read {
            ($message:ty) => {
                if json {
                    serde_json::from_slice(&body).unwrap()
                } else {
                    <$message>::decode(&*body).unwrap()
                }
            };
        }
        match request.target.as_str() {
            "/v1/traces" => received.traces.extend(read!(ExportTraceServiceRequest).resource_spans),
            "/v1/metrics" => received.metrics.extend(read!(ExportMetricsServiceRequest).resource_metrics),
            "/v1/logs" => received.logs.extend(read!(ExportLogsServiceRequest).resource_logs),
            other => panic!("{other}"),
        }
    }
    received.check();
}

#[test]
fn what_is_sent_in_binary_is_what_happened() {
    check(Protocol::HttpProtobuf, Compression::None, "application/x-protobuf");
}

#[test]
fn what_is_sent_in_binary_and_packed_is_what_happened() {
    check(Protocol::HttpProtobuf, Compression::Gzip, "application/x-protobuf");
}

#[test]
fn what_is_sent_in_json_is_what_happened() {
    check(Protocol::HttpJson, Compression::Gzip, "application/json");
}
