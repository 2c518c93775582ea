use std::io::Read;
use std::io::Write;
use std::net::Shutdown;
use std::net::TcpListener;
use std::time::Duration;
use std::time::Instant;

use flate2::read::GzDecoder;

use super::peer::Peer;
use super::peer::read;
use super::*;
use crate::recorder::RecorderError;

fn http(options: HttpOptions) -> Http {
    // What the machine of the test says about proxies is none of its business.
    Http::new(HttpOptions { proxy: HttpProxy::Direct, ..options })
}

fn impatient() -> Http {
    http(HttpOptions { timeout: Duration::from_millis(300), ..HttpOptions::default() })
}

fn post(url: &HttpUrl) -> Result<Vec<u8>, RecorderError> {
    post_with(&mut http(HttpOptions::default()), url)
}

fn post_with(http: &mut Http, url: &HttpUrl) -> Result<Vec<u8>, RecorderError> {
    http.post(url, &HttpHeaders::default(), "text/plain", b"body")?.success()
}

/// The error that a server's bytes lead to.
#[track_caller]
fn refused(answer: &str) -> RecorderError {
    post(&Peer::answering(answer).url()).unwrap_err()
}

#[track_caller]
fn check(error: &RecorderError, retryable: bool, says: &str) {
    let message = error.to_string();
    assert!(message.contains(says), "{message:?} does not say {says:?}");
    assert_eq!(error.is_retryable(), retryable, "{message}");
}

#[test]
fn a_request_says_what_it_is_and_gets_its_answer() {
    let peer = Peer::answering("HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nfine");
    let headers = HttpHeaders::default().with("X-Key", "secret").unwrap();
    let answer = http(HttpOptions::default()).post(&peer.url(), &headers, "application/json", b"{}").unwrap();
    assert_eq!(answer.success().unwrap(), b"fine");
    let request = peer.request();
    assert_eq!(request.head[0], "POST /v1/traces HTTP/1.1");
    assert_eq!(request.header("content-type"), Some("application/json"));
    assert_eq!(request.header("x-key"), Some("secret"));
    assert!(request.header("user-agent").unwrap().starts_with("monitor-core/"));
    assert_eq!(request.header("accept-encoding"), None);
    assert_eq!(request.body, b"{}");
}

#[test]
fn a_body_is_packed_where_that_is_asked_for() {
    let peer = Peer::answering("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");
    let body = "again and ".repeat(1_000);
    let options = HttpOptions { compression: Compression::Gzip, ..HttpOptions::default() };
    http(options).post(&peer.url(), &HttpHeaders::default(), "text/plain", body.as_bytes()).unwrap();
    let request = peer.request();
    assert_eq!(request.header("content-encoding"), Some("gzip"));
    assert!(request.body.len() < body.len() / 10);
    let mut unpacked = String::new();
    GzDecoder::new(&*request.body).read_to_string(&mut unpacked).unwrap();
    assert_eq!(unpacked, body);
}

#[test]
fn a_connection_is_kept_between_requests() {
    let peer = Peer::hearing(|mut stream, _, heard| {
        let mut reader = std::io::BufReader::new(stream.try_clone().unwrap());
        while let Some(request) = read(&mut reader) {
            let _ = heard.send(request);
            stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok").unwrap();
        }
    });
    let mut http = http(HttpOptions::default());
    // The peer takes one connection at a time, so that a second one would never be answered.
    for _ in 0..3 {
        assert_eq!(post_with(&mut http, &peer.url()).unwrap(), b"ok");
    }
}

#[test]
fn f28_a_refused_connection_may_be_tried_again() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/v1/traces", listener.local_addr().unwrap()).parse().unwrap();
    drop(listener);
    check(&post(&url).unwrap_err(), true, "refused");
}

#[test]
fn f29_a_host_that_nobody_knows_may_be_known_later() {
    let error = post(&"http://nobody.invalid:4318/".parse().unwrap()).unwrap_err();
    check(&error, true, "http://nobody.invalid:4318: ");
}

#[test]
fn f30_a_peer_that_only_listens_costs_the_time_limit() {
    let peer = Peer::new(|_stream, until| until.wait_for_end());
    let begin = Instant::now();
    check(&post_with(&mut impatient(), &peer.url()).unwrap_err(), true, "no answer within 300ms");
    assert!(begin.elapsed() < Duration::from_secs(60));
}

#[test]
fn f31_a_peer_that_drips_costs_the_same() {
    for start in ["", "HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n"] {
        let peer = Peer::new(move |mut stream, until| {
            let _ = stream.write_all(start.as_bytes());
            for byte in b"HTTP/1.1 200 OK\r\n".iter().cycle() {
                if !until.wait(Duration::from_millis(20)) || stream.write_all(&[*byte]).is_err() {
                    break;
                }
            }
        });
        let begin = Instant::now();
        check(&post_with(&mut impatient(), &peer.url()).unwrap_err(), true, "no answer within 300ms");
        assert!(begin.elapsed() < Duration::from_secs(60));
    }
}

#[test]
fn f30_a_peer_that_does_not_read_costs_the_same() {
    let peer = Peer::new(|_stream, until| until.wait_for_end());
    let large = vec![b'x'; 32 << 20];
    let begin = Instant::now();
    let error = impatient().post(&peer.url(), &HttpHeaders::default(), "text/plain", &large).unwrap_err();
    check(&error, true, "no answer within 300ms");
    assert!(begin.elapsed() < Duration::from_secs(60));
}

#[test]
fn a_connection_that_breaks_may_be_tried_again() {
    // What is closed with something unread is reset.
    let resetting = Peer::new(|mut stream, _| drop(stream.read(&mut [0])));
    check(&post(&resetting.url()).unwrap_err(), true, "http://127.0.0.1:");
    let leaving = Peer::new(|stream, _| {
        let _ = read(&mut std::io::BufReader::new(&stream));
        let _ = stream.shutdown(Shutdown::Both);
    });
    check(&post(&leaving.url()).unwrap_err(), true, "http://127.0.0.1:");
    check(&refused("HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nshort"), true, "http://127.0.0.1:");
}

#[test]
fn f33_what_is_no_http_is_an_error_that_lasts() {
    for garbage in ["SSH-2.0-OpenSSH_9.2\r\n\r\n", "HTTP/9.9 abc\r\n\r\n", "\u{0}\u{1}\u{2}\r\n\r\n"] {
        check(&refused(garbage), false, "http://127.0.0.1:");
    }
    let chunked = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n";
    check(&refused(chunked), false, "http://127.0.0.1:");
}

#[test]
fn f32_no_answer_takes_more_than_four_mebibytes() {
    let endless = Peer::new(|mut stream, _| {
        let _ = read(&mut std::io::BufReader::new(&stream));
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n");
        while stream.write_all(&[b'x'; 65_536]).is_ok() {}
    });
    check(&post(&endless.url()).unwrap_err(), false, "larger than 4 MiB");
    check(&refused("HTTP/1.1 200 OK\r\ncontent-length: 4194305\r\n\r\n"), false, "larger than 4 MiB");
    let endless_head = Peer::new(|mut stream, _| {
        let _ = read(&mut std::io::BufReader::new(&stream));
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n");
        while stream.write_all(b"x-more: and more\r\n").is_ok() {}
    });
    check(&post(&endless_head.url()).unwrap_err(), false, "http://127.0.0.1:");
}

#[test]
fn f32_no_answer_takes_more_than_four_mebibytes_unpacked() {
    let answer = |encoding: &str, body: &[u8]| {
        let head = format!(
            "HTTP/1.1 200 OK\r\ncontent-encoding: {encoding}\r\ncontent-length: {}\r\n\r\n",
            body.len()
        );
        post(&Peer::answering([head.as_bytes(), body].concat()).url())
    };
    let just_fits = vec![0; 4 << 20];
    assert_eq!(answer("gzip", &body::gzip(&just_fits).unwrap()).unwrap().len(), 4 << 20);
    let bomb = body::gzip(&vec![0; 64 << 20]).unwrap();
    assert!(bomb.len() < 1 << 20);
    check(&answer("GZIP", &bomb).unwrap_err(), false, "larger than 4 MiB");
    check(&answer("gzip", b"no gzip at all").unwrap_err(), false, "cannot be unpacked");
    check(&answer("br", b"?").unwrap_err(), false, "an encoding that was not asked for");
}

#[test]
fn f34_only_four_answers_may_be_tried_again() {
    for (status, retryable) in [
        ("400 Bad Request", false),
        ("401 Unauthorized", false),
        ("403 Forbidden", false),
        ("404 Not Found", false),
        ("408 Request Timeout", false),
        ("413 Payload Too Large", false),
        ("429 Too Many Requests", true),
        ("500 Internal Server Error", false),
        ("501 Not Implemented", false),
        ("502 Bad Gateway", true),
        ("503 Service Unavailable", true),
        ("504 Gateway Timeout", true),
        ("505 HTTP Version Not Supported", false),
    ] {
        let answer = format!("HTTP/1.1 {status}\r\ncontent-length: 3\r\n\r\nwhy");
        check(&refused(&answer), retryable, &format!("/v1/traces answered {status}: why"));
    }
    check(&refused("HTTP/1.1 599 \r\ncontent-length: 0\r\n\r\n"), false, "answered 599");
}

#[test]
fn f34_a_request_that_is_too_large_is_told_apart() {
    let status = |answer: &str| {
        let peer = Peer::answering(answer);
        http(HttpOptions::default()).post(&peer.url(), &HttpHeaders::default(), "text/plain", b"").unwrap()
    };
    assert!(status("HTTP/1.1 413 Content Too Large\r\ncontent-length: 0\r\n\r\n").is_too_large());
    assert!(!status("HTTP/1.1 414 URI Too Long\r\ncontent-length: 0\r\n\r\n").is_too_large());
}

#[test]
fn f35_a_server_may_ask_for_time() {
    let asked = |value: &str| {
        let head = format!("HTTP/1.1 503 Busy\r\nretry-after: {value}\r\ncontent-length: 0\r\n\r\n");
        refused(&head).retry_after()
    };
    assert_eq!(asked("7"), Some(Duration::from_secs(7)));
    assert_eq!(asked("-7"), Some(Duration::ZERO));
    assert_eq!(asked("Sun, 06 Nov 1994 08:49:37 GMT"), Some(Duration::ZERO));
    assert_eq!(asked("Fri, 31 Dec 9999 23:59:59 GMT"), Some(Duration::from_secs(300)));
    assert_eq!(asked("99999999999999999999"), Some(Duration::from_secs(300)));
    assert_eq!(asked("a while"), None);
}

#[test]
fn f37_no_redirect_is_followed() {
    let there = Peer::answering("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");
    for status in [301, 302, 303, 307, 308] {
        let location = format!("http://me:secret@127.0.0.1:{}/x?token=secret", there.port());
        let error =
            refused(&format!("HTTP/1.1 {status} Away\r\nlocation: {location}\r\ncontent-length: 0\r\n\r\n"));
        check(&error, false, &format!("to http://127.0.0.1:{}/x, which is not followed", there.port()));
        assert!(!error.to_string().contains("secret"));
    }
    assert!(there.is_idle());
}

#[test]
fn f62_what_a_server_writes_can_do_nothing_in_a_message() {
    let text = format!("\x1b[31m{}\r\nforged line", "x".repeat(1_000));
    let error = refused(&format!("HTTP/1.1 400 Bad Request\r\ncontent-length: {}\r\n\r\n{text}", text.len()));
    let message = error.to_string();
    assert!(
        !message.contains(char::is_control) && message.ends_with('…') && message.len() < 400,
        "{message}"
    );
}

#[test]
fn f39_only_urls_that_can_be_sent_to_are_urls() {
    #[track_caller]
    fn check(text: &str, expected: &str) {
        let url = text.parse::<HttpUrl>();
        assert_eq!(url.map_or_else(|error| error.to_string(), |url| url.to_string()), expected, "{text:?}");
    }
    check(" http://localhost:4318 ", "http://localhost:4318");
    check("HTTP://localhost/", "http://localhost");
    check("https://[::1]:4318/a/b", "https://[::1]:4318/a/b");
    check("http://me:p@ss@host:1/x?key=secret", "http://host:1/x");
    for scheme in ["file", "ftp", "gopher", "unix"] {
        let wrong = format!("the scheme is `{scheme}`, but it must be `http` or `https`");
        check(&format!("{scheme}://host/"), &wrong);
    }
    check("localhost:4318", "it must begin with `http://` or `https://`");
    check("/v1/traces", "it must begin with `http://` or `https://`");
    check("http://host:99999/", "the port must be a number from 1 to 65535");
    check("http://host:0/", "the port must be a number from 1 to 65535");
    check("http://host:/", "the port must be a number from 1 to 65535");
    check("http://:4318/", "it names no host");
    for wrong in ["", "http://", "http://a b/", "http://host/\r\nx: y", "http://[::1/"] {
        assert!(wrong.parse::<HttpUrl>().is_err(), "{wrong:?}");
    }
}

#[test]
fn f39_a_password_in_a_url_is_sent_and_never_told() {
    let peer = Peer::answering("HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n");
    let url: HttpUrl = format!("http://me:secret@127.0.0.1:{}/?token=secret", peer.port()).parse().unwrap();
    let error = post(&url).unwrap_err();
    assert!(!format!("{error} {error:?} {url} {url:?}").contains("secret"));
    let request = peer.request();
    // `me:secret` in Base64.
    assert_eq!(request.header("authorization"), Some("Basic bWU6c2VjcmV0"));
    assert_eq!(request.head[0], "POST /?token=secret HTTP/1.1");
    assert_eq!(request.header("host"), Some(&*format!("127.0.0.1:{}", peer.port())));
}

#[test]
fn f39_a_service_that_hands_out_credentials_is_never_asked() {
    for host in ["169.254.169.254", "[fe80::1]", "[::ffff:169.254.169.254]"] {
        let error = post(&format!("http://{host}/latest/meta-data").parse().unwrap()).unwrap_err();
        check(&error, false, "link-local addresses are refused unless they are allowed");
    }
}

#[test]
fn f40_a_proxy_is_used_where_it_is_chosen_and_never_silently_on_this_machine() {
    let proxy = Peer::answering("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");
    let through = HttpOptions { proxy: HttpProxy::Through(proxy.url()), ..HttpOptions::default() };
    let _ = post_with(&mut Http::new(through), &"http://collector.invalid:4318/".parse().unwrap());
    assert!(proxy.request().head[0].contains("collector.invalid:4318"));
}

/// Through which proxy `url` is sent to where the environment says this, or why it cannot be.
#[track_caller]
fn check_proxy(variables: &[(&str, &str)], url: &str, expected: Result<Option<&str>, &str>) {
    let said =
        |name: &str| variables.iter().find(|(it, _)| *it == name).map(|(_, value)| (*value).to_owned());
    let route = Route::from_variables(said);
    let through = route.through(&url.parse().unwrap());
    let through = through.map(|proxy| proxy.map(|proxy| proxy.uri().to_string()));
    let through = through.map_err(|error| error.to_string());
    assert_eq!(through, expected.map(|it| it.map(str::to_owned)).map_err(str::to_owned), "{url}");
}

#[test]
fn f40_the_environment_says_which_proxy_and_for_whom() {
    let other = "http://collector.example:4318";
    check_proxy(&[], other, Ok(None));
    check_proxy(&[("HTTPS_PROXY", " ")], other, Ok(None));
    let both = [("HTTPS_PROXY", "http://me:s%40@first:1"), ("http_proxy", "http://second:2")];
    check_proxy(&both, other, Ok(Some("http://me:s%40@first:1/")));
    check_proxy(&[("http_proxy", "second:2")], other, Ok(Some("http://second:2/")));
    let all = ("ALL_PROXY", "http://proxy:3128");
    for here in ["http://localhost:4318", "http://127.0.0.2:4318", "http://[::1]:4318"] {
        check_proxy(&[all], here, Ok(None));
    }
    check_proxy(&[all], "http://localhost.example:4318", Ok(Some("http://proxy:3128/")));
    let excepted = [all, ("no_proxy", "10.0.0.1, collector.example")];
    check_proxy(&excepted, other, Ok(None));
    check_proxy(&excepted, "http://10.0.0.2:4318", Ok(Some("http://proxy:3128/")));
}

#[test]
fn f40_nothing_is_sent_past_a_proxy_that_cannot_be_used() {
    let socks = [("ALL_PROXY", "socks5h://me:secret@proxy:1080"), ("NO_PROXY", "excepted.example")];
    let why = "the proxy that `ALL_PROXY` names cannot be used, as it is not of HTTP; the setting `proxy` can name another, or `direct`";
    let said = format!("http://collector.example:4318: {why}");
    check_proxy(&socks, "http://collector.example:4318", Err(&said));
    check_proxy(&socks, "http://excepted.example:4318", Ok(None));
    check_proxy(&socks, "http://localhost:4318", Ok(None));
    let besides = [("ALL_PROXY", "socks5://proxy:1080"), ("https_proxy", "http://proxy:3128")];
    check_proxy(&besides, "http://collector.example:4318", Ok(Some("http://proxy:3128/")));
    let said = said.replace("not of HTTP", "no URL").replace("ALL", "https").replace("PROXY", "proxy");
    check_proxy(&[("https_proxy", "http://:s e c r e t@")], "http://collector.example:4318", Err(&said));
}

#[test]
fn f39_a_proxy_is_not_asked_for_a_service_that_hands_out_credentials() {
    let proxy = Peer::answering("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");
    let through = HttpOptions { proxy: HttpProxy::Through(proxy.url()), ..HttpOptions::default() };
    let error = post_with(&mut Http::new(through), &"http://169.254.169.254/".parse().unwrap()).unwrap_err();
    check(&error, false, "link-local addresses are refused unless they are allowed");
    assert!(proxy.is_idle());
}

#[test]
fn f66_no_header_can_carry_another() {
    let with = |name: &str, value: &str| HttpHeaders::default().with(name, value);
    for (name, value) in
        [("x", "a\r\nb: c"), ("x", "a\nb"), ("x", "\0"), ("x\r\ny", "a"), ("", "a"), ("x y", "a")]
    {
        let error = with(name, value).unwrap_err().to_string();
        assert!(!error.contains(char::is_control), "{error}");
    }
    for own in ["Content-Length", "transfer-encoding", "Connection"] {
        assert!(with(own, "1").unwrap_err().to_string().contains("set by the recorder itself"));
    }
    assert!(!format!("{:?}", with("x-key", "secret").unwrap()).contains("secret"));
}
