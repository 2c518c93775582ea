//! The loopback peers behave as they say. What is seen here is seen by a client of the standard library.

use std::io;
use std::io::ErrorKind;
use std::io::Read;
use std::io::Write;
use std::net::TcpStream;
use std::net::UdpSocket;
use std::time::Duration;
use std::time::Instant;

use monitor_test::loopback::Garbage;
use monitor_test::loopback::Manner;
use monitor_test::loopback::PATIENCE;
use monitor_test::loopback::Peer;
use monitor_test::loopback::Response;
use monitor_test::loopback::Transport;

/// Long enough to see that nothing comes.
const WHILE: Duration = Duration::from_millis(100);

fn connect(peer: &Peer) -> io::Result<TcpStream> {
    let stream = TcpStream::connect(peer.address())?;
    stream.set_read_timeout(Some(PATIENCE))?;
    Ok(stream)
}

/// Posts `body`; what is answered up to `limit` bytes.
fn post(peer: &Peer, headers: &str, body: &[u8], limit: u64) -> io::Result<String> {
    let mut stream = connect(peer)?;
    write!(stream, "POST /v1/traces HTTP/1.1\r\nHost: it\r\n{headers}\r\n")?;
    stream.write_all(body)?;
    stream.shutdown(std::net::Shutdown::Write)?;
    let mut answer = Vec::new();
    stream.take(limit).read_to_end(&mut answer)?;
    Ok(String::from_utf8_lossy(&answer).into_owned())
}

#[test]
fn a_dead_peer_refuses_and_comes_back_at_the_same_address() {
    let peer = Peer::tcp(Manner::Dead);
    assert_eq!(connect(&peer).unwrap_err().kind(), ErrorKind::ConnectionRefused);
    peer.turn(Manner::Collecting);
    connect(&peer).unwrap().write_all(b"here\nand the").unwrap();
    let collected = peer.wait_for(PATIENCE, |collected| collected.received == 12);
    assert_eq!((collected.lines(), collected.connections), (vec!["here".to_owned()], 1));
    peer.turn(Manner::Dead);
    assert_eq!(connect(&peer).unwrap_err().kind(), ErrorKind::ConnectionRefused);
    assert_eq!(peer.take().streams, [b"here\nand the"]);
    assert_eq!(peer.collected().lines(), Vec::<String>::new());
}

#[test]
fn a_dead_peer_of_datagrams_refuses_too() {
    let peer = Peer::udp(Manner::Dead);
    let client = UdpSocket::bind("127.0.0.1:0").unwrap();
    client.connect(peer.address()).unwrap();
    // The system tells it with a later call.
    let begun = Instant::now();
    let refused = loop {
        if let Err(refused) = client.send(b"lost") {
            break refused;
        }
        assert!(begun.elapsed() < PATIENCE, "nobody is told that nobody is there");
    };
    assert_eq!(refused.kind(), ErrorKind::ConnectionRefused);
    peer.turn(Manner::Collecting);
    let client = UdpSocket::bind("127.0.0.1:0").unwrap();
    client.send_to(b"found", peer.address()).unwrap();
    assert_eq!(peer.wait_for(PATIENCE, |collected| collected.received > 0).datagrams, [b"found"]);
}

#[cfg(unix)]
#[test]
fn a_dead_peer_of_the_file_system_has_no_file_and_comes_back() {
    use std::os::unix::net::UnixDatagram;
    use std::os::unix::net::UnixStream;

    let stream = Peer::new(Transport::UnixStream, Manner::Dead);
    assert_eq!(UnixStream::connect(stream.address()).unwrap_err().kind(), ErrorKind::NotFound);
    stream.turn(Manner::Collecting);
    UnixStream::connect(stream.address()).unwrap().write_all(b"line\n").unwrap();
    assert_eq!(stream.wait_for(PATIENCE, |collected| collected.received > 0).lines(), ["line"]);
    let datagrams = Peer::new(Transport::UnixDatagram, Manner::Collecting);
    let client = UnixDatagram::unbound().unwrap();
    client.send_to(b"a\nb", datagrams.address()).unwrap();
    assert_eq!(datagrams.wait_for(PATIENCE, |collected| collected.received > 0).lines(), ["a", "b"]);
    datagrams.turn(Manner::Dead);
    let refused = client.send_to(b"lost", datagrams.address()).unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::NotFound);
    let place = datagrams.address().to_owned();
    drop(datagrams);
    assert!(!std::path::Path::new(&place).exists());
}

#[test]
fn what_came_is_complete_once_a_peer_has_settled() {
    let [tcp, http, udp] = [Transport::Tcp, Transport::Http, Transport::Udp]
        .map(|transport| Peer::new(transport, Manner::Collecting));
    for _ in 0..50 {
        connect(&tcp).unwrap().write_all(b"line\n").unwrap();
        connect(&http).unwrap().write_all(b"POST / HTTP/1.1\r\n\r\n").unwrap();
        UdpSocket::bind("127.0.0.1:0").unwrap().send_to(b"line\n", udp.address()).unwrap();
    }
    assert_eq!(tcp.settle(PATIENCE).lines().len(), 50);
    assert_eq!(http.settle(PATIENCE).requests.len(), 50);
    assert_eq!(udp.settle(PATIENCE).datagrams.len(), 50);
    // Nothing of its own is among it.
    assert_eq!(udp.settle(PATIENCE).lines(), vec!["line"; 50]);
}

#[test]
fn a_hanging_peer_accepts_and_neither_reads_nor_answers() {
    let peer = Peer::http(Manner::Hanging);
    let mut stream = connect(&peer).unwrap();
    stream.write_all(b"GET / HTTP/1.1\r\n\r\n").unwrap();
    stream.set_read_timeout(Some(WHILE)).unwrap();
    let silence = stream.read(&mut [0]).unwrap_err().kind();
    assert!(matches!(silence, ErrorKind::TimedOut | ErrorKind::WouldBlock), "{silence}");
    let collected = peer.wait_for(PATIENCE, |collected| collected.connections > 0);
    assert_eq!((collected.connections, collected.received, collected.sent), (1, 0, 0));
    // Its end is seen by whoever is connected.
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    drop(peer);
    let ended =
        stream.read(&mut [0]).map_or_else(|error| error.kind() != ErrorKind::WouldBlock, |it| it == 0);
    assert!(ended);
}

#[test]
fn a_dripping_peer_answers_a_byte_at_a_time_without_an_end() {
    let pace = Duration::from_millis(5);
    let peer = Peer::http(Manner::Dripping(pace));
    let begun = Instant::now();
    let answer = post(&peer, "", b"", 20).unwrap();
    assert_eq!(answer, "HTTP/1.1 200 OK\r\nCon");
    assert!(begun.elapsed() >= pace * 20, "{:?}", begun.elapsed());
}

#[test]
fn a_resetting_peer_resets() {
    let peer = Peer::tcp(Manner::Resetting);
    let mut stream = connect(&peer).unwrap();
    stream.write_all(b"some bytes").unwrap();
    assert_eq!(stream.read(&mut [0]).unwrap_err().kind(), ErrorKind::ConnectionReset);
}

#[test]
fn a_collecting_peer_keeps_requests_with_headers_and_bodies() {
    let peer = Peer::http(Manner::Collecting);
    let answer =
        post(&peer, "Content-Type: application/json\r\nContent-Length: 2\r\n", b"[]", 1_000).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 ") && answer.ends_with("\r\n\r\n{}"), "{answer}");
    let chunked = b"3;x=y\r\nabc\r\nA\r\n0123456789\r\n0\r\nTrailer: yes\r\n\r\n";
    post(&peer, "Transfer-Encoding: chunked\r\n", chunked, 1_000).unwrap();
    let requests = peer.collected().requests;
    assert_eq!((&*requests[0].method, &*requests[0].target), ("POST", "/v1/traces"));
    assert_eq!(requests[0].header("content-type"), Some("application/json"));
    assert_eq!((&*requests[0].body, &*requests[1].body), (&b"[]"[..], &b"abc0123456789"[..]));
    assert_eq!(requests[1].unpacked().unwrap(), b"abc0123456789");
}

#[test]
fn several_requests_come_over_one_connection() {
    let peer = Peer::http(Manner::Collecting);
    let mut stream = connect(&peer).unwrap();
    for _ in 0..3 {
        stream.write_all(b"POST / HTTP/1.1\r\nContent-Length: 4\r\n\r\nbody").unwrap();
    }
    let collected = peer.wait_for(PATIENCE, |collected| collected.requests.len() == 3);
    assert_eq!(collected.connections, 1);
}

#[test]
fn an_answering_peer_answers_what_it_is_told() {
    let response = Response::new(503).header("Retry-After", "7").body("later");
    let answer = post(&Peer::http(Manner::Answering(response)), "", b"", 1_000).unwrap();
    assert!(answer.starts_with("HTTP/1.1 503 ") && answer.contains("\r\nRetry-After: 7\r\n"), "{answer}");
    let away = Manner::Answering(Response::redirect(307, "http://elsewhere/"));
    assert!(post(&Peer::http(away), "", b"", 1_000).unwrap().contains("\r\nLocation: http://elsewhere/\r\n"));
}

#[test]
fn garbage_is_what_it_says() {
    let say = |garbage, limit| post(&Peer::http(Manner::Garbage(garbage)), "", b"", limit).unwrap();
    // More than any client should take.
    let long = 8 << 20;
    assert_eq!(say(Garbage::EndlessBody, long).len() as u64, long);
    assert_eq!(say(Garbage::EndlessHeaders, long).len() as u64, long);
    let bomb = say(Garbage::GzipBomb, long);
    assert!(bomb.contains("Content-Encoding: gzip") && (bomb.len() as u64) < long / 4);
    assert!(!say(Garbage::Noise, long).starts_with("HTTP"));
    assert!(say(Garbage::Short, long).ends_with("1000\r\n\r\nshort"));
    assert!(say(Garbage::WrongBody, long).contains("application/x-protobuf"));
    assert!(say(Garbage::WrongType, long).ends_with("</html>"));
}

#[test]
fn garbage_comes_back_for_a_datagram() {
    let peer = Peer::udp(Manner::Garbage(Garbage::Noise));
    let client = UdpSocket::bind("127.0.0.1:0").unwrap();
    client.set_read_timeout(Some(PATIENCE)).unwrap();
    client.send_to(b"hello", peer.address()).unwrap();
    assert_eq!(client.recv(&mut [0; 1_000]).unwrap(), 100);
}
