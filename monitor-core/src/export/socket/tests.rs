use std::io;
use std::io::BufRead;
use std::io::BufReader;
use std::net::Ipv4Addr;
use std::net::TcpListener;
use std::net::UdpSocket;
use std::time::Duration;
use std::time::Instant;

use crate::export::socket::Socket;
use crate::export::socket::SocketAddress;
use crate::export::socket::Transport;

const LOOPBACK: (Ipv4Addr, u16) = (Ipv4Addr::LOCALHOST, 0);

fn soon() -> Instant {
    Instant::now() + Duration::from_secs(20)
}

/// Without pauses, so that no test has to wait for their end.
fn socket(address: impl Into<SocketAddress>, transport: Transport) -> Socket {
    Socket::new(&address.into(), transport, 1).first_pause(Duration::ZERO)
}

fn heard(peer: &UdpSocket) -> String {
    let mut bytes = [0; 2_000];
    let count = peer.recv(&mut bytes).unwrap();
    String::from_utf8(bytes[..count].to_vec()).unwrap()
}

fn lines(listener: &TcpListener) -> impl Iterator<Item = String> {
    let (stream, _) = listener.accept().unwrap();
    BufReader::new(stream).lines().map_while(Result::ok)
}

#[test]
fn f49_a_refused_datagram_is_told_and_the_socket_kept() {
    let peer = UdpSocket::bind(LOOPBACK).unwrap();
    let address = peer.local_addr().unwrap();
    let mut socket = socket(address, Transport::Udp);
    socket.send(b"a", soon()).unwrap();
    assert_eq!(heard(&peer), "a");
    drop(peer);
    let deadline = soon();
    let refused = loop {
        if let Err(error) = socket.send(b"b", deadline).and_then(|()| socket.confirm()) {
            break error;
        }
        assert!(Instant::now() < deadline, "nobody said that nobody listens");
    };
    assert_eq!(refused.kind(), io::ErrorKind::ConnectionRefused);
    assert!(refused.to_string().starts_with(&format!("udp://{address}: ")), "{refused}");
    let peer = UdpSocket::bind(address).unwrap();
    // More refusals may be on their way.
    while socket.send(b"c", soon()).is_err() {}
    assert_eq!((heard(&peer).as_str(), socket.dials()), ("c", 1));
    assert!(socket.failures() >= 1);
}

#[test]
fn f49_a_datagram_that_is_too_long_is_told_and_the_socket_kept() {
    let peer = UdpSocket::bind(LOOPBACK).unwrap();
    let mut socket = socket(peer.local_addr().unwrap(), Transport::Udp);
    for _ in 0..2 {
        let error = socket.send(&[b'x'; 70_000], soon()).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::InvalidInput);
        assert!(error.to_string().contains("70000 bytes"), "{error}");
    }
    socket.send(b"short", soon()).unwrap();
    assert_eq!((heard(&peer).as_str(), socket.dials()), ("short", 1));
}

#[test]
fn f30_a_peer_that_never_reads_costs_bounded_time() {
    let listener = TcpListener::bind(LOOPBACK).unwrap();
    let mut socket = socket(listener.local_addr().unwrap(), Transport::Tcp);
    let much = vec![b'x'; 64 << 20];
    let begun = Instant::now();
    let error = socket.send(&much, begun + Duration::from_millis(300)).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::TimedOut);
    assert!(begun.elapsed() < Duration::from_secs(60), "{:?}", begun.elapsed());
    // What was half sent is not continued in the same connection.
    socket.send(b"a\n", soon()).unwrap();
    assert_eq!(socket.dials(), 2);
}

#[test]
fn a_peer_that_has_hung_up_is_dialled_again_and_nothing_is_lost() {
    let listener = TcpListener::bind(LOOPBACK).unwrap();
    let mut socket = socket(listener.local_addr().unwrap(), Transport::Tcp);
    socket.send(b"a\n", soon()).unwrap();
    assert_eq!(lines(&listener).next().unwrap(), "a");
    socket.send(b"b\n", soon()).unwrap();
    let mut second = lines(&listener);
    socket.send(b"c\n", soon()).unwrap();
    assert_eq!([second.next().unwrap(), second.next().unwrap()], ["b", "c"]);
    assert_eq!(socket.dials(), 2);
}

#[test]
fn what_a_peer_says_unasked_disturbs_nothing() {
    let listener = TcpListener::bind(LOOPBACK).unwrap();
    let mut socket = socket(listener.local_addr().unwrap(), Transport::Tcp);
    socket.send(b"a\n", soon()).unwrap();
    let (mut stream, _) = listener.accept().unwrap();
    io::Write::write_all(&mut stream, &[b'!'; 4_000]).unwrap();
    socket.send(b"b\n", soon()).unwrap();
    let mut lines = BufReader::new(stream).lines().map_while(Result::ok);
    assert_eq!([lines.next().unwrap(), lines.next().unwrap()], ["a", "b"]);
    assert_eq!(socket.dials(), 1);
}

#[test]
fn f28_a_dead_peer_is_not_dialled_on_each_call() {
    let address = TcpListener::bind(LOOPBACK).unwrap().local_addr().unwrap();
    let mut socket = Socket::new(&address.into(), Transport::Tcp, 1).first_pause(Duration::from_secs(5));
    let first = socket.send(b"a\n", soon()).unwrap_err();
    assert_eq!(first.kind(), io::ErrorKind::ConnectionRefused);
    let told = (0..1_000).map(|_| socket.send(b"a\n", soon()).unwrap_err().to_string()).last().unwrap();
    assert!(told.contains("refused") && told.contains("tried again in"), "{told}");
    assert_eq!((socket.dials(), socket.failures()), (1, 1_001));
}

#[test]
fn a_moment_that_has_passed_sends_nothing() {
    let peer = UdpSocket::bind(LOOPBACK).unwrap();
    let mut socket = socket(peer.local_addr().unwrap(), Transport::Udp);
    assert_eq!(socket.send(b"late", Instant::now()).unwrap_err().kind(), io::ErrorKind::TimedOut);
    socket.send(b"in time", soon()).unwrap();
    assert_eq!(heard(&peer), "in time");
}

#[test]
fn a_host_has_a_name() {
    let listener = TcpListener::bind(LOOPBACK).unwrap();
    let address = SocketAddress::tcp("localhost", listener.local_addr().unwrap().port());
    let mut socket = Socket::new(&address, Transport::Udp, 1);
    socket.send(b"a\n", soon()).unwrap();
    assert_eq!(lines(&listener).next().unwrap(), "a");
}

#[cfg(unix)]
mod unix {
    use std::os::unix::net::UnixDatagram;
    use std::os::unix::net::UnixListener;
    use std::path::PathBuf;

    use super::*;

    /// A path of this test alone, gone again at its end.
    struct Place(PathBuf);

    impl Place {
        fn new(name: &str) -> Self {
            let path = std::env::temp_dir().join(format!("monitor-{}-{name}", std::process::id()));
            drop(std::fs::remove_file(&path));
            Self(path)
        }

        fn clear(&self) {
            std::fs::remove_file(&self.0).unwrap();
        }
    }

    impl Drop for Place {
        fn drop(&mut self) {
            drop(std::fs::remove_file(&self.0));
        }
    }

    #[test]
    fn f49_a_unix_socket_that_is_missing_or_made_anew_is_dialled_again() {
        let place = Place::new("datagrams");
        let mut socket = socket(SocketAddress::unix(&place.0), Transport::Udp);
        assert_eq!(socket.send(b"a", soon()).unwrap_err().kind(), io::ErrorKind::NotFound);
        for round in ["b", "c"] {
            let peer = UnixDatagram::bind(&place.0).unwrap();
            socket.send(round.as_bytes(), soon()).unwrap();
            let mut bytes = [0; 10];
            assert_eq!((peer.recv(&mut bytes).unwrap(), &bytes[..1]), (1, round.as_bytes()));
            place.clear();
        }
        assert_eq!(socket.dials(), 3);
    }

    #[test]
    fn f30_datagrams_that_nobody_takes_cost_bounded_time_and_the_socket_is_kept() {
        let place = Place::new("full");
        let peer = UnixDatagram::bind(&place.0).unwrap();
        let mut socket = socket(SocketAddress::unix(&place.0), Transport::Udp);
        let error = (0..1_000_000)
            .find_map(|_| socket.send(b"a", Instant::now() + Duration::from_millis(50)).err())
            .unwrap();
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
        peer.recv(&mut [0; 10]).unwrap();
        socket.send(b"a", soon()).unwrap();
        assert_eq!(socket.dials(), 1);
    }

    #[test]
    fn f49_a_unix_stream_is_dialled_again_too() {
        let place = Place::new("stream");
        let mut socket = socket(SocketAddress::unix_stream(&place.0), Transport::Udp);
        assert_eq!(socket.send(b"a\n", soon()).unwrap_err().kind(), io::ErrorKind::NotFound);
        for round in ["b", "c"] {
            let listener = UnixListener::bind(&place.0).unwrap();
            socket.send(format!("{round}\n").as_bytes(), soon()).unwrap();
            let (stream, _) = listener.accept().unwrap();
            assert_eq!(BufReader::new(stream).lines().next().unwrap().unwrap(), round);
            place.clear();
        }
    }

    #[test]
    fn f30_a_unix_stream_that_nobody_accepts_costs_bounded_time() {
        let place = Place::new("unaccepted");
        let listener = socket2::Socket::new(socket2::Domain::UNIX, socket2::Type::STREAM, None).unwrap();
        listener.bind(&socket2::SockAddr::unix(&place.0).unwrap()).unwrap();
        listener.listen(1).unwrap();
        let begun = Instant::now();
        // Each of them keeps its place in the listener's queue.
        let mut sockets = Vec::new();
        let error = (0..100).find_map(|_| {
            let mut socket = socket(SocketAddress::unix_stream(&place.0), Transport::Udp);
            let error = socket.send(b"a\n", Instant::now() + Duration::from_millis(50)).err();
            sockets.push(socket);
            error
        });
        assert!(error.is_some() && begun.elapsed() < Duration::from_secs(60), "{error:?}");
    }
}
