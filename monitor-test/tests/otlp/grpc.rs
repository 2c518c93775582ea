//! Over gRPC.

use std::time::Duration;
use std::time::Instant;

use monitor_core::Monitor;
use monitor_core::Recorder;
use monitor_core::RecorderError;
use monitor_core::Signals;
use monitor_core::Span;
use monitor_core::SpanBatch;
use monitor_core::recorders::Otlp;
use monitor_core::recorders::otlp::Protocol;
use monitor_core::transport::Compression;
use monitor_core::transport::HttpHeaders;
use monitor_core::transport::TlsFiles;
use monitor_test::loopback::Garbage;
use monitor_test::loopback::Manner;
use monitor_test::loopback::PATIENCE;
use monitor_test::loopback::Peer;
use prost::Message;
use rcgen::CertificateParams;
use rcgen::KeyPair;
use tonic::Code;
use tonic::Status;
use tonic::transport::Identity;
use tonic::transport::ServerTlsConfig;

use crate::collector::Collector;
use crate::program;

fn otlp(port: u16) -> Otlp {
    let url = format!("http://127.0.0.1:{port}").parse().unwrap();
    Otlp::default().endpoint(url).protocol(Protocol::Grpc)
}

/// What becomes of a batch that is answered so.
fn answered(answer: Result<(i64, String), Status>) -> Result<(), RecorderError> {
    let collector = Collector::new();
    collector.state().answers.push_back(answer);
    otlp(collector.port()).spans(&SpanBatch::default())
}

fn port(peer: &Peer) -> u16 {
    peer.address().rsplit_once(':').unwrap().1.parse().unwrap()
}

#[track_caller]
fn check(error: &RecorderError, retryable: bool, says: &str) {
    let message = error.to_string();
    assert!(message.contains(says), "{message:?} does not say {says:?}");
    assert_eq!(error.is_retryable(), retryable, "{message}");
}

#[test]
fn what_is_sent_over_grpc_is_what_happened() {
    for compression in [Compression::None, Compression::Gzip] {
        let collector = Collector::new();
        let headers = HttpHeaders::default().with("x-key", "secret").unwrap();
        program::run(otlp(collector.port()).compression(compression).headers(headers));
        let state = collector.state();
        state.received.check();
        for metadata in &state.metadata {
            assert_eq!(metadata.get("x-key").unwrap(), "secret");
            let agent = metadata.get("user-agent").unwrap().to_str().unwrap();
            assert!(agent.starts_with("OTel-OTLP-Exporter-Rust/"), "{agent}");
        }
    }
}

#[test]
fn f34_only_six_codes_may_be_tried_again() {
    for code in (1..=16).map(Code::from_i32) {
        let retryable = matches!(
            code,
            Code::Cancelled
                | Code::DeadlineExceeded
                | Code::Aborted
                | Code::OutOfRange
                | Code::Unavailable
                | Code::DataLoss
        );
        let error = answered(Err(Status::new(code, "so \u{1b}[31m"))).unwrap_err();
        check(&error, retryable, &format!("answered {code:?}: so \\u{{1b}}[31m"));
        assert_eq!(error.retry_after(), None);
    }
}

/// A `google.rpc.Status` with a `google.rpc.RetryInfo` of this delay, written by hand.
fn details(seconds: i64, nanos: i32) -> Vec<u8> {
    #[derive(Message)]
    struct Delay {
        #[prost(int64, tag = "1")]
        seconds: i64,
        #[prost(int32, tag = "2")]
        nanos: i32,
    }
    #[derive(Message)]
    struct RetryInfo {
        #[prost(message, optional, tag = "1")]
        retry_delay: Option<Delay>,
    }
    #[derive(Message)]
    struct Any {
        #[prost(string, tag = "1")]
        type_url: String,
        #[prost(bytes = "vec", tag = "2")]
        value: Vec<u8>,
    }
    #[derive(Message)]
    struct RpcStatus {
        #[prost(int32, tag = "1")]
        code: i32,
        #[prost(message, repeated, tag = "3")]
        details: Vec<Any>,
    }
    let value = RetryInfo { retry_delay: Some(Delay { seconds, nanos }) }.encode_to_vec();
    let type_url = "type.googleapis.com/google.rpc.RetryInfo".to_owned();
    RpcStatus { code: 8, details: vec![Any { type_url, value }] }.encode_to_vec()
}

#[test]
fn f35_a_server_may_ask_for_time_within_bounds() {
    let asked = |code, seconds, nanos| {
        let status = Status::with_details(code, "busy", details(seconds, nanos).into());
        let error = answered(Err(status)).unwrap_err();
        (error.is_retryable(), error.retry_after())
    };
    assert_eq!(asked(Code::ResourceExhausted, 7, 500_000_000), (true, Some(Duration::from_millis(7_500))));
    assert_eq!(asked(Code::Unavailable, 1, 0), (true, Some(Duration::from_secs(1))));
    assert_eq!(asked(Code::Unavailable, -1, -1), (true, Some(Duration::ZERO)));
    assert_eq!(asked(Code::Unavailable, i64::MAX, i32::MAX), (true, Some(Duration::from_secs(300))));
    assert_eq!(asked(Code::InvalidArgument, 1, 0), (false, None));
    let garbage = Status::with_details(Code::Unavailable, "busy", vec![0xff; 40].into());
    assert_eq!(answered(Err(garbage)).unwrap_err().retry_after(), None);
}

#[test]
fn f36_what_a_server_refuses_in_part_is_rejected_and_a_warning_is_told() {
    let error = answered(Ok((0, "old endpoint".to_owned()))).unwrap_err();
    assert_eq!((error.rejected_count(), error.to_string().as_str()), (Some(0), "old endpoint"));
    let collector = Collector::new();
    collector.state().answers.push_back(Ok((0, "old endpoint".to_owned())));
    let account = three_spans(&collector).accounts().remove(0);
    assert_eq!((account.exported, account.dropped()), (3, 0), "{account:?}");
    assert_eq!(account.last_error.as_deref(), Some("old endpoint"));
    let collector = Collector::new();
    collector.state().answers.push_back(Ok((2, "no room".to_owned())));
    let monitor = three_spans(&collector);
    let account = monitor.accounts().into_iter().find(|account| account.signal == "spans").unwrap();
    assert_eq!((account.exported, account.dropped()), (1, 2), "{account:?}");
    assert!(account.last_error.as_ref().unwrap().contains("2 of 3 were refused: no room"), "{account:?}");
}

/// A monitor that has recorded three spans and shipped them.
fn three_spans(collector: &Collector) -> Monitor {
    let monitor = Monitor::builder().recorder(otlp(collector.port()).only(Signals::SPANS)).build();
    monitor.scope(|| (0..3).for_each(|_| drop(Span::start("one of three"))));
    monitor.flush(Duration::from_secs(60)).unwrap();
    monitor
}

#[test]
fn f34_what_is_too_large_for_a_server_is_halved_once() {
    let too_large =
        || Status::resource_exhausted("grpc: received message larger than max (5000000 vs. 4194304)");
    let collector = Collector::new();
    collector.state().answers.push_back(Err(too_large()));
    let monitor = three_spans(&collector);
    assert_eq!(collector.state().sizes, [3, 1, 2]);
    assert_eq!(monitor.accounts()[0].exported, 3);
    let collector = Collector::new();
    collector.state().answers.extend([Err(too_large()), Ok((0, String::new())), Err(too_large())]);
    let monitor = three_spans(&collector);
    assert_eq!(collector.state().sizes, [3, 1, 2]);
    assert_eq!((monitor.accounts()[0].exported, monitor.accounts()[0].dropped()), (1, 2));
}

#[test]
fn f32_no_answer_takes_more_than_four_mebibytes() {
    let error = answered(Ok((0, "x".repeat(5 << 20)))).unwrap_err();
    check(&error, false, "the answer is larger than 4 MiB");
}

#[test]
fn f28_f30_f31_f33_a_peer_that_is_no_server_costs_no_more_than_the_time_limit() {
    let manners = [
        (Manner::Dead, "refused"),
        (Manner::Hanging, "no answer within 500ms"),
        (Manner::Resetting, "http://127.0.0.1:"),
        (Manner::Dripping(Duration::from_millis(20)), "http://127.0.0.1:"),
        (Manner::Garbage(Garbage::EndlessBody), "http://127.0.0.1:"),
    ];
    for (manner, says) in manners {
        let peer = Peer::tcp(manner);
        let mut otlp = otlp(port(&peer)).timeout(Duration::from_millis(500));
        let begun = Instant::now();
        check(&otlp.spans(&SpanBatch::default()).unwrap_err(), true, says);
        assert!(begun.elapsed() < PATIENCE);
    }
}

#[test]
fn f28_a_server_that_comes_back_is_found_again_by_who_was_connected_to_it() {
    let first = Collector::new();
    let port = first.port();
    let mut otlp = otlp(port);
    for _ in 0..3 {
        assert_eq!(otlp.spans(&SpanBatch::default()), Ok(()));
    }
    assert_eq!(first.state().sizes.len(), 3);
    drop(first);
    check(&otlp.spans(&SpanBatch::default()).unwrap_err(), true, &format!("http://127.0.0.1:{port}: "));
    let second = Collector::at(port, None);
    assert_eq!(otlp.spans(&SpanBatch::default()), Ok(()));
    assert_eq!(second.state().sizes.len(), 1);
    // One that closed the connection while nobody looked costs no try.
    drop(second);
    let third = Collector::at(port, None);
    assert_eq!(otlp.spans(&SpanBatch::default()), Ok(()));
    assert_eq!(third.state().sizes.len(), 1);
}

#[test]
fn f39_a_service_that_hands_out_credentials_is_never_asked() {
    let url = "http://169.254.169.254:4317".parse().unwrap();
    let mut otlp = Otlp::default().endpoint(url).protocol(Protocol::Grpc);
    let error = otlp.spans(&SpanBatch::default()).unwrap_err();
    check(&error, false, "link-local addresses are refused unless they are allowed");
}

#[test]
fn f38_a_server_that_nobody_vouches_for_is_told_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let certificate = || {
        let key = KeyPair::generate().unwrap();
        let own = CertificateParams::new(vec!["localhost".to_owned()]).unwrap().self_signed(&key).unwrap();
        (own.pem(), key.serialize_pem())
    };
    let (pem, key) = certificate();
    let collector = Collector::with(Some(ServerTlsConfig::new().identity(Identity::from_pem(&pem, key))));
    let url = format!("https://localhost:{}", collector.port());
    let trusting = |pem: &str| {
        let file = folder.path().join("ca.pem");
        std::fs::write(&file, pem).unwrap();
        let tls = TlsFiles::default().certificate(file);
        Otlp::default().endpoint(url.parse().unwrap()).protocol(Protocol::Grpc).tls(tls)
    };
    let mut trusted = trusting(&pem);
    assert_eq!(trusted.spans(&SpanBatch::default()), Ok(()));
    // The same recorder, once the file has another certificate.
    let mut other = trusting(&certificate().0);
    check(&trusted.spans(&SpanBatch::default()).unwrap_err(), false, "certificate");
    check(&other.spans(&SpanBatch::default()).unwrap_err(), false, "certificate");
    assert_eq!(collector.state().sizes.len(), 1);
}
