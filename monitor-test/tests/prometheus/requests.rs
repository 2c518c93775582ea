//! F71, F75: which requests are answered, and that nothing else is.

use std::io::Write;
use std::net::Shutdown;

use proptest::collection::vec;
use proptest::prelude::ProptestConfig;
use proptest::prelude::any;
use proptest::proptest;

use crate::client::Reply;
use crate::client::Scraped;
use crate::client::connect;

/// What becomes of a request, and that the endpoint is there afterwards.
#[track_caller]
fn check(scraped: &Scraped, request: &str, status: u16) {
    let request = request.replace("@HOST", &scraped.address.to_string());
    let reply = scraped.send(request.as_bytes());
    assert_eq!(reply.status, status, "{request:?} {reply:?}");
    assert_eq!(reply.head.matches("http/1.").count(), 1, "one answer: {reply:?}");
    assert_eq!(scraped.get("/metrics", "").status, 200);
}

#[test]
fn f71_there_are_get_and_head_alone() {
    let scraped = Scraped::new();
    for method in ["POST", "PUT", "DELETE", "OPTIONS", "TRACE", "PATCH", "PROPFIND", "get"] {
        check(&scraped, &format!("{method} /metrics HTTP/1.1\r\nHost: @HOST\r\n\r\n"), 405);
    }
    let refused = scraped.send(format!("PUT / HTTP/1.1\r\nHost: {}\r\n\r\n", scraped.address).as_bytes());
    assert_eq!(refused.header("allow"), Some("get, head"));
}

#[test]
fn head_says_what_get_says_and_has_no_body() {
    let scraped = Scraped::new();
    let request = format!("HEAD /metrics HTTP/1.1\r\nHost: {}\r\n\r\n", scraped.address);
    scraped.monitor.scope(|| drop(monitor_core::Span::start("work")));
    let (head, get) = (scraped.send(request.as_bytes()), scraped.get("/metrics", ""));
    assert_eq!((head.status, head.body.len()), (200, 0));
    assert_eq!(head.header("content-type"), get.header("content-type"));
    assert_eq!(head.header("content-length"), get.header("content-length"));
}

#[test]
fn the_root_leads_to_the_metrics_and_nothing_else_is_there() {
    let scraped = Scraped::with(|prometheus| prometheus.path("/in/here\"<b>"));
    let index = scraped.get("/", "").text();
    assert!(index.contains("href=\"/in/here&quot;&lt;b>\"") && index.len() < 200, "{index}");
    assert_eq!(scraped.get("/metrics", "").status, 404);
    for nowhere in ["/metrics/", "//", "/Metrics", "/debug/pprof", "/../etc/passwd", "/in/here"] {
        assert_eq!(scraped.get(nowhere, "").status, 404, "{nowhere}");
    }
}

#[test]
fn a_query_does_not_matter() {
    let scraped = Scraped::new();
    assert_eq!(scraped.get("/metrics?name[]=up", "").status, 200);
}

#[test]
fn f71_without_the_token_nothing_is_told() {
    let scraped = Scraped::with(|prometheus| prometheus.token("correct horse".to_owned()));
    let refused = scraped.get("/metrics", "");
    assert_eq!((refused.status, refused.header("www-authenticate")), (401, Some("bearer")));
    for wrong in [
        "Bearer correct hors",
        "Bearer correct horse2",
        "Bearer ",
        "Bearer",
        "Basic correct horse",
        "correct horse",
        "Bearer correct horse\r\nAuthorization: Bearer correct horse",
    ] {
        for path in ["/metrics", "/", "/else"] {
            assert_eq!(scraped.get(path, &format!("Authorization: {wrong}\r\n")).status, 401, "{wrong}");
        }
    }
    assert_eq!(scraped.get("/metrics", "Authorization: Bearer correct horse\r\n").status, 200);
    assert_eq!(scraped.get("/metrics", "authorization: bearer correct horse\r\n").status, 200);
}

#[test]
fn f75_on_the_loopback_interface_no_name_leads_here_but_its_own() {
    let scraped = Scraped::new();
    let port = scraped.address.port();
    for good in ["localhost", "LOCALHOST", "localhost.", "127.0.0.1", "127.1.2.3", "[::1]"] {
        check(&scraped, &format!("GET /metrics HTTP/1.1\r\nHost: {good}:{port}\r\n\r\n"), 200);
        check(&scraped, &format!("GET /metrics HTTP/1.1\r\nHost: {good}\r\n\r\n"), 200);
    }
    for bad in [
        "rebound.example.com",
        "localhost.example.com",
        "127.0.0.1.example.com",
        "evil@localhost",
        "10.0.0.1",
        "[::2]",
        "",
        "a b",
        "localhost:80:80",
        "localhost, evil",
        "localhost\r\nHost: localhost",
    ] {
        check(&scraped, &format!("GET /metrics HTTP/1.1\r\nHost: {bad}\r\n\r\n"), 400);
    }
    check(&scraped, "GET /metrics HTTP/1.1\r\n\r\n", 400);
    check(&scraped, "GET /metrics HTTP/1.0\r\n\r\n", 200);
    let open = Scraped::with(|prometheus| prometheus.allow_hosts(["Metrics.Example.com"]));
    check(&open, "GET /metrics HTTP/1.1\r\nHost: metrics.example.com:9464\r\n\r\n", 200);
    check(&open, "GET /metrics HTTP/1.1\r\nHost: other.example.com\r\n\r\n", 400);
}

#[test]
fn f75_a_request_with_a_body_is_refused_and_what_follows_it_is_no_request() {
    let scraped = Scraped::new();
    let hidden = "GET /metrics HTTP/1.1\r\nHost: @HOST\r\n\r\n";
    for header in [
        "Content-Length: 5",
        "Transfer-Encoding: chunked",
        "Transfer-Encoding: identity",
        "Content-Length: 0\r\nTransfer-Encoding: chunked",
        "Content-Length: 5\r\nContent-Length: 6",
        "Content-Length: -1",
        "Content-Length: 5, 6",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: x",
        "Transfer-Encoding : chunked",
        "Content-Length\u{b}: 5",
    ] {
        check(
            &scraped,
            &format!("GET /metrics HTTP/1.1\r\nHost: @HOST\r\n{header}\r\n\r\n0\r\n\r\n{hidden}"),
            400,
        );
    }
    check(
        &scraped,
        &format!("GET /metrics HTTP/1.1\r\nHost: @HOST\r\nContent-Length: 0\r\n\r\n{hidden}"),
        200,
    );
}

#[test]
fn f75_a_connection_has_one_request() {
    let scraped = Scraped::new();
    let one = "GET / HTTP/1.1\r\nHost: @HOST\r\nConnection: keep-alive\r\n\r\n";
    check(&scraped, &one.repeat(1_000), 200);
}

#[test]
fn f75_what_is_no_request_is_refused() {
    let scraped = Scraped::new();
    for bad in [
        "GET http://@HOST/metrics HTTP/1.1\r\nHost: @HOST\r\n\r\n",
        "GET https://evil.example.com/ HTTP/1.1\r\nHost: @HOST\r\n\r\n",
        "GET evil.example.com:80 HTTP/1.1\r\nHost: @HOST\r\n\r\n",
        "CONNECT @HOST HTTP/1.1\r\nHost: @HOST\r\n\r\n",
        "GET  /metrics HTTP/1.1\r\nHost: @HOST\r\n\r\n",
        "GET /metrics\r\nHost: @HOST\r\n\r\n",
        "GET /metrics HTTP/3.0\r\nHost: @HOST\r\n\r\n",
        "GET /met\u{0}rics HTTP/1.1\r\nHost: @HOST\r\n\r\n",
        "GET /metrics HTTP/1.1\r\nHost: @HOST\r\n folded: header\r\n\r\n",
        "GET /metrics HTTP/1.1\r\nHost: @HOST\r\nno colon\r\n\r\n",
        "GET /metrics HTTP/1.1\r\nHost: @HOST\r\nnul: \u{0}\r\n\r\n",
        "\u{16}\u{3}\u{1}\u{2}\u{0}\u{1}\r\n\r\n",
    ] {
        check(&scraped, bad, 400);
    }
}

#[test]
fn f75_what_is_too_large_is_refused() {
    let scraped = Scraped::new();
    let long = "x".repeat(1 << 20);
    for request in [
        format!("GET /{long} HTTP/1.1\r\nHost: @HOST\r\n\r\n"),
        format!("GET /metrics HTTP/1.1\r\nHost: @HOST\r\nx: {long}\r\n\r\n"),
        format!("GET /metrics HTTP/1.1\r\nHost: @HOST\r\n{}\r\n", "x: y\r\n".repeat(100)),
        long.clone(),
    ] {
        let reply = scraped.send(request.replace("@HOST", &scraped.address.to_string()).as_bytes());
        assert!([400, 414, 431].contains(&reply.status), "{} {:?}", reply.status, &request[..20]);
        assert_eq!(scraped.get("/metrics", "").status, 200);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn f75_no_bytes_end_the_endpoint(
        noise in vec(any::<u8>(), 0..200),
        head in "(GET|HEAD|PUT) [/a-z%.:?\u{0}]{0,9} HTTP/1.[01]\r\n([A-Za-z-]{0,9}:? ?[ -~\r\n]{0,30}\r\n){0,4}\r\n",
    ) {
        thread_local!(static SCRAPED: Scraped = Scraped::new());
        SCRAPED.with(|scraped| {
            for bytes in [noise.as_slice(), head.as_bytes()] {
                let mut stream = connect(scraped.address);
                // It may have been refused before all was sent.
                let _ = stream.write_all(bytes).and_then(|()| stream.shutdown(Shutdown::Write));
                let reply = Reply::read(stream);
                assert!(matches!(reply.status, 0 | 200 | 400..=431), "{reply:?}");
            }
            assert_eq!(scraped.get("/", "").status, 200);
        });
    }
}
