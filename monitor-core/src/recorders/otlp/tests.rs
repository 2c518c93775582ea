use std::io::BufReader;
use std::io::Write;
use std::sync::Arc;
use std::sync::Mutex;
use std::time::Duration;

use prost::Message;

use super::*;
use crate::export::http::HttpHeaders;
use crate::export::http::HttpProxy;
use crate::export::http::peer::Peer;
use crate::export::http::peer::read;
use crate::instrument::Counter;
use crate::monitor::Monitor;
use crate::probe::Span;
use crate::recorders::otlp_messages::PartialSuccess;
use crate::recorders::otlp_messages::Reply;
use crate::recorders::otlp_messages::Span as Sent;
use crate::recorders::otlp_messages::Status;

/// An answer with this body.
fn answer(status: &str, body: &[u8]) -> Vec<u8> {
    let head = format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", body.len());
    [head.as_bytes(), body].concat()
}

fn partial(rejected: i64, message: &str) -> Vec<u8> {
    let partial = PartialSuccess { rejected, error_message: message.to_owned() };
    answer("200 OK", &Reply { partial_success: Some(partial) }.encode_to_vec())
}

/// A server that gives one answer after the other, and then always the last one.
fn answering_in_turn(answers: Vec<Vec<u8>>) -> Peer {
    let mut turn = 0;
    Peer::hearing(move |mut stream, _, heard| {
        if let Some(request) = read(&mut BufReader::new(&stream)) {
            let _ = heard.send(request);
            let _ = stream.write_all(&answers[turn.min(answers.len() - 1)]);
            turn += 1;
        }
    })
}

fn otlp(peer: &Peer) -> Otlp {
    let url = format!("http://127.0.0.1:{}", peer.port()).parse().unwrap();
    Otlp::default().endpoint(url).proxy(HttpProxy::Direct)
}

fn traces(spans: usize) -> TracesData {
    let mut data = TracesData::default();
    data.resource_spans.resize(1, Default::default());
    data.resource_spans[0].scope_spans.resize(1, Default::default());
    let named = |number: usize| Sent { name: number.to_string().into(), ..Sent::default() }.into();
    data.resource_spans[0].scope_spans[0].spans = (0..spans).map(named).collect();
    data
}

fn names(data: &TracesData) -> Vec<String> {
    let scopes = data.resource_spans.iter().flat_map(|resource| &resource.scope_spans);
    scopes.flat_map(|scope| &scope.spans).map(|span| String::from_utf8(span.name.to_vec()).unwrap()).collect()
}

/// The names in the requests that came, and what became of them.
fn shipped(spans: usize, answers: Vec<Vec<u8>>) -> (Vec<Vec<String>>, Result<Refusals, RecorderError>) {
    let peer = answering_in_turn(answers);
    let mut otlp = otlp(&peer);
    let result = ship(otlp.client(Signal::Traces).unwrap(), traces(spans));
    let mut requests = Vec::new();
    while let Some(request) = peer.next_request() {
        requests.push(names(&TracesData::decode(&*request.body).unwrap()));
    }
    (requests, result)
}

#[test]
fn each_signal_goes_to_its_place_in_binary() {
    static SOLD: Counter = Counter::new("sold");
    let peer = Peer::answering(answer("200 OK", b""));
    let headers = HttpHeaders::default().with("x-key", "secret").unwrap();
    let recorder = otlp(&peer).headers(headers);
    let monitor = Monitor::builder().recorder(recorder).build();
    monitor.scope(|| {
        SOLD.add(1);
        drop(Span::start("sell"));
    });
    monitor.flush(Duration::from_secs(60)).unwrap();
    let mut places = Vec::new();
    while let Some(request) = peer.next_request() {
        assert_eq!(request.header("content-type"), Some("application/x-protobuf"));
        assert_eq!(request.header("x-key"), Some("secret"));
        assert!(request.header("user-agent").unwrap().starts_with("OTel-OTLP-Exporter-Rust/"));
        match request.head[0].as_str() {
            "POST /v1/traces HTTP/1.1" => {
                assert_eq!(names(&TracesData::decode(&*request.body).unwrap()), ["sell"])
            }
            "POST /v1/metrics HTTP/1.1" => assert!(!MetricsData::decode(&*request.body).unwrap().is_empty()),
            other => panic!("{other}"),
        }
        places.push(request.head[0].clone());
    }
    places.sort();
    places.dedup();
    assert_eq!(places.len(), 2, "{places:?}");
}

#[test]
fn the_same_is_sent_in_json() {
    let peer = Peer::answering(answer("200 OK", br#"{"partialSuccess":{}}"#));
    let mut otlp = otlp(&peer).protocol(Protocol::HttpJson);
    ship(otlp.client(Signal::Traces).unwrap(), traces(1)).unwrap();
    let request = peer.request();
    assert_eq!(request.header("content-type"), Some("application/json"));
    let json: serde_json::Value = serde_json::from_slice(&request.body).unwrap();
    assert_eq!(json, serde_json::to_value(traces(1)).unwrap());
}

#[test]
fn f36_what_a_server_refuses_in_part_is_counted_and_not_sent_again() {
    let (requests, result) = shipped(5, vec![partial(3, "no room")]);
    let refusals = result.unwrap();
    assert_eq!((requests.len(), refusals.count, refusals.total), (1, 3, 5));
    assert_eq!(refusals.to_string(), "3 of 5 were refused: no room");
    // Whatever the first bytes of it mean elsewhere.
    for length in 0..300 {
        let message = "x".repeat(length);
        let refusals = shipped(5, vec![partial(3, &message)]).1.unwrap();
        assert_eq!((refusals.count, refusals.message.len()), (3, length));
    }
    // A server may claim what it likes.
    assert_eq!(shipped(5, vec![partial(i64::MAX, "")]).1.unwrap().count, 5);
    assert_eq!(shipped(5, vec![partial(-1, "")]).1.unwrap().count, 0);
}

#[test]
fn f36_a_warning_about_what_was_taken_is_told_once() {
    let peer =
        answering_in_turn(vec![partial(0, "old endpoint"), partial(0, "old endpoint"), partial(0, "other")]);
    let mut otlp = otlp(&peer);
    let told = |otlp: &mut Otlp| {
        let refusals = ship(otlp.client(Signal::Traces).unwrap(), traces(1)).unwrap();
        otlp.settled(&refusals).err().map(|error| (error.rejected_count(), error.to_string()))
    };
    assert_eq!(told(&mut otlp), Some((Some(0), "old endpoint".to_owned())));
    assert_eq!(told(&mut otlp), None);
    assert_eq!(told(&mut otlp), Some((Some(0), "other".to_owned())));
}

#[test]
fn f34_what_is_too_large_for_a_server_is_halved_once() {
    let (too_large, ok) = (answer("413 Content Too Large", b"at most 2"), answer("200 OK", b""));
    let (requests, result) = shipped(5, vec![too_large.clone(), ok.clone()]);
    assert_eq!(requests, [vec!["0", "1", "2", "3", "4"], vec!["0", "1"], vec!["2", "3", "4"]]);
    assert_eq!(result.unwrap().count, 0);
    // Half of it is too much as well: it is not halved again.
    let (requests, result) = shipped(5, vec![too_large.clone(), ok, too_large.clone()]);
    assert_eq!(requests.len(), 3);
    let refusals = result.unwrap();
    assert_eq!(refusals.count, 3);
    assert!(refusals.message.ends_with("/v1/traces answered 413 Payload Too Large: at most 2"), "{refusals}");
    // One span has no halves.
    let (requests, result) = shipped(1, vec![too_large]);
    assert_eq!((requests.len(), result.unwrap().count), (1, 1));
}

#[test]
fn f41_what_is_too_large_for_us_is_parted_until_it_fits() {
    let mut data = traces(3);
    data.resource_spans[0].scope_spans[0].spans[0].name = "x".repeat(40 << 20).into();
    data.resource_spans[0].scope_spans[0].spans[1].name = "y".repeat(40 << 20).into();
    data.resource_spans[0].scope_spans[0].spans[2].name = "z".repeat(65 << 20).into();
    let peer = Peer::answering(answer("200 OK", b""));
    let mut otlp = otlp(&peer).timeout(Duration::from_secs(60));
    let refusals = ship(otlp.client(Signal::Traces).unwrap(), data).unwrap();
    assert_eq!((refusals.count, refusals.total), (1, 3));
    assert!(refusals.message.ends_with("bytes is larger than 64 MiB"), "{refusals}");
    let mut first = Vec::new();
    while let Some(request) = peer.next_request() {
        let names = names(&TracesData::decode(&*request.body).unwrap());
        first.extend(names.iter().map(|name| name.chars().next().unwrap()));
    }
    assert_eq!(first, ['x', 'y']);
}

#[test]
fn f35_what_may_be_sent_again_is_said_to_be_so_unless_part_of_it_was_taken() {
    let busy =
        b"HTTP/1.1 503 Busy\r\nretry-after: 7\r\ncontent-length: 0\r\nconnection: close\r\n\r\n".to_vec();
    let error = shipped(4, vec![busy.clone()]).1.unwrap_err();
    assert_eq!((error.is_retryable(), error.retry_after()), (true, Some(Duration::from_secs(7))));
    let (too_large, ok) = (answer("413 Content Too Large", b""), answer("200 OK", b""));
    let refusals = shipped(4, vec![too_large, ok, busy]).1.unwrap();
    assert_eq!(refusals.count, 2);
}

#[test]
fn f34_a_refusal_says_what_the_server_says() {
    let message = |body: &[u8]| shipped(1, vec![answer("400 Bad Request", body)]).1.unwrap_err().to_string();
    let status = Status { code: 3, message: "no \u{1b} trace id".to_owned(), ..Status::default() };
    let escaped = "answered 400 Bad Request: no \\u{1b} trace id";
    assert!(message(&status.encode_to_vec()).ends_with(escaped));
    assert!(message(br#"{"code":3,"message":"no \u001b trace id"}"#).ends_with(escaped));
    assert!(message(b"no \x1b trace id").ends_with(escaped));
    assert!(message(b"").ends_with("answered 400 Bad Request"));
}

#[test]
fn f33_an_answer_of_something_else_is_an_error() {
    for body in ["<html>Hello</html>", "{\"partialSuccess\":7}", "OK", "[]"] {
        let error = shipped(1, vec![answer("200 OK", body.as_bytes())]).1.unwrap_err();
        assert!(!error.is_retryable() && error.to_string().ends_with("is it another service?"), "{error}");
    }
    for body in ["", "{}", "{\"unknown\":[1]}", " {\"partialSuccess\":{}} "] {
        assert_eq!(shipped(1, vec![answer("200 OK", body.as_bytes())]).1.unwrap().count, 0, "{body}");
    }
}

/// What became of a counter in the requests that came: its differences.
fn differences(peer: &Peer) -> Vec<i64> {
    let mut sums = Vec::new();
    while let Some(request) = peer.next_request() {
        let json = serde_json::to_value(MetricsData::decode(&*request.body).unwrap()).unwrap();
        let metrics = json["resourceMetrics"][0]["scopeMetrics"][0]["metrics"].as_array().unwrap().clone();
        let sold = metrics.iter().find(|metric| metric["name"] == "sold.often").unwrap().clone();
        assert_eq!(sold["sum"]["aggregationTemporality"], 1);
        sums.push(sold["sum"]["dataPoints"][0]["asInt"].as_str().unwrap().parse().unwrap());
    }
    sums
}

#[test]
fn a_difference_that_was_not_shipped_is_part_of_the_next_one() {
    static SOLD: Counter = Counter::new("sold.often");
    let busy = answer("503 Service Unavailable", b"");
    let peer = answering_in_turn(vec![answer("200 OK", b""), busy, answer("200 OK", b""), partial(1, "no")]);
    let mut otlp = otlp(&peer).temporality(Temporality::Delta);
    let monitor = Monitor::builder().build();
    let mut send = |sold| {
        monitor.scope(|| SOLD.add(sold));
        otlp.metrics(&monitor.snapshot())
    };
    assert_eq!(send(1), Ok(()));
    assert!(send(2).unwrap_err().is_retryable());
    assert_eq!(send(4), Ok(()));
    // What was refused is never sent again, so that it is no part of anything.
    assert!(send(8).unwrap_err().to_string().ends_with("were refused: no"));
    assert!(send(16).is_err());
    assert_eq!(differences(&peer), [1, 2, 6, 8, 16]);
}

#[test]
fn f38_a_file_of_a_signal_that_is_not_sent_is_not_missed() {
    let missing = crate::export::http::TlsFiles::default().certificate("missing.pem");
    let peer = Peer::answering(answer("200 OK", b""));
    let mut otlp = otlp(&peer).metrics_way(Way::default().tls(missing)).only(Signals::SPANS);
    assert_eq!(otlp.start(&SnapshotSource::from_fn(|| None)), Ok(()));
    assert_eq!(otlp.spans(&SpanBatch::default()), Ok(()));
    // Where it is sent, it is known at the start, and the others go on.
    let mut otlp = otlp.only(Signals::ALL);
    assert!(otlp.start(&SnapshotSource::from_fn(|| None)).unwrap_err().is_retryable());
    assert_eq!(otlp.spans(&SpanBatch::default()), Ok(()));
}

#[test]
fn a_time_limit_may_be_longer_than_any_time() {
    let peer = Peer::answering(answer("200 OK", b""));
    let mut otlp = otlp(&peer).timeout(Duration::MAX);
    assert_eq!(otlp.spans(&SpanBatch::default()), Ok(()));
}

#[test]
fn f43_a_recorder_needs_no_start_and_tells_of_a_file_that_is_missing() {
    let files = crate::export::http::TlsFiles::default().certificate("missing.pem");
    let mut otlp = Otlp::default().tls(files);
    let source = SnapshotSource::from_fn(|| None);
    let error = otlp.start(&source).unwrap_err();
    assert!(error.is_retryable() && error.to_string().starts_with("missing.pem: "), "{error}");
    let heard = Arc::new(Mutex::new(Vec::new()));
    let hearing = Arc::clone(&heard);
    let peer = Peer::hearing(move |stream, _, _| {
        hearing.lock().unwrap().extend(read(&mut BufReader::new(stream)));
    });
    let mut never_started = self::otlp(&peer);
    assert!(never_started.spans(&SpanBatch::default()).unwrap_err().is_retryable());
    assert_eq!(heard.lock().unwrap().len(), 1);
}
