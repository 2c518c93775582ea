//! Whoever can be told which certificates to trust tells nothing to a server that has none of them.

use std::io::Read;
use std::net::TcpListener;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering;
use std::thread;
use std::time::Duration;
use std::time::Instant;

use monitor_core::DropReason;
use monitor_core::Monitor;
use monitor_core::Recorder;
use monitor_core::Settings;
use monitor_core::Span;
use monitor_core::recorders::BUILTIN;
use monitor_core::recorders::Builtin;
use monitor_test::loopback::PATIENCE;
use rcgen::BasicConstraints;
use rcgen::Certificate;
use rcgen::CertificateParams;
use rcgen::IsCa;
use rcgen::Issuer;
use rcgen::KeyPair;
use rcgen::date_time_ymd;
use rustls::ServerConfig;
use rustls::ServerConnection;
use rustls::StreamOwned;
use rustls::pki_types::PrivateKeyDer;

/// A server that understands what is encrypted, and answers nothing.
struct Server {
    port: u16,
    /// How many bytes it was told.
    told: Arc<AtomicUsize>,
}

impl Server {
    fn new(certificate: &Certificate, key: &KeyPair) -> Self {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let builder = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
        let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
        let chain = vec![certificate.der().clone()];
        let mut config = builder.unwrap().with_no_client_auth().with_single_cert(chain, key).unwrap();
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        let config = Arc::new(config);
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let told = Arc::new(AtomicUsize::new(0));
        let heard = Arc::clone(&told);
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (config, heard) = (Arc::clone(&config), Arc::clone(&heard));
                thread::spawn(move || {
                    let mut stream = StreamOwned::new(ServerConnection::new(config).unwrap(), stream);
                    let mut bytes = [0; 4_096];
                    while let Ok(read @ 1..) = stream.read(&mut bytes) {
                        heard.fetch_add(read, Ordering::SeqCst);
                    }
                });
            }
        });
        Self { port, told }
    }

    fn told(&self) -> usize {
        self.told.load(Ordering::SeqCst)
    }
}

/// Recorders of all rows that can be told whom to trust, in each protocol that they speak: they trust whoever is vouched
/// for in this file, and ship to this port.
fn trusting(file: &Path, port: u16) -> Vec<(String, Box<dyn Recorder>)> {
    let mut all = Vec::new();
    for row in BUILTIN.iter().filter(|row| row.settings().contains(&"certificate")) {
        let protocols: &[_] = match row.settings().contains(&"protocol") {
            true => &[Some("grpc"), Some("http/json"), Some("http/protobuf")],
            false => &[None],
        };
        for protocol in protocols {
            all.push((format!("{} {protocol:?}", row.name), opened(row, *protocol, file, port)));
        }
    }
    all
}

fn opened(row: &Builtin, protocol: Option<&str>, file: &Path, port: u16) -> Box<dyn Recorder> {
    let place = if row.settings().contains(&"dsn") {
        ("dsn", format!("https://0123456789abcdef0123456789abcdef@localhost:{port}/1"))
    } else {
        ("endpoint", format!("https://localhost:{port}"))
    };
    let said = [("certificate", file.to_str().unwrap()), ("proxy", "direct"), ("timeout", "2s")];
    let settings = said.into_iter().fold(Settings::new(row.name), |all, (key, value)| all.with(key, value));
    let settings = protocol.into_iter().fold(settings, |all, protocol| all.with("protocol", protocol));
    row.open(settings.with(place.0, place.1)).unwrap()
}

/// Makes a server and records something for each recorder that ships to it and trusts whom `authority` vouches for.
#[track_caller]
fn check(authority: &Certificate, server: &Server, check: impl Fn(&str, &Monitor)) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("ca.pem");
    std::fs::write(&file, authority.pem()).unwrap();
    let all = trusting(&file, server.port);
    let names: Vec<_> = all.iter().map(|(name, _)| name.clone()).collect();
    assert!(
        ["otlp Some(\"grpc\")", "sentry None"].iter().all(|name| names.iter().any(|it| it == name)),
        "{names:?}"
    );
    for (name, recorder) in all {
        let monitor = Monitor::builder().notices(|_| ()).boxed_recorder(recorder).build();
        monitor.scope(|| drop(Span::start("secret")));
        check(&name, &monitor);
    }
}

#[test]
fn f38_no_recorder_tells_anything_to_a_server_that_nobody_vouches_for() {
    let vouching = || {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        (params.self_signed(&key).unwrap(), Issuer::new(params, key))
    };
    let ((authority, issuer), (other, _)) = (vouching(), vouching());
    let server = |name: &str, change: fn(&mut CertificateParams)| {
        let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        change(&mut params);
        let key = KeyPair::generate().unwrap();
        Server::new(&params.signed_by(&key, &issuer).unwrap(), &key)
    };
    let refuses = |authority: &Certificate, server: &Server| {
        check(authority, server, |name, monitor| {
            // What is refused for good is lost at once, and said to be.
            assert_eq!(monitor.flush(PATIENCE), Ok(()), "{name}");
            let accounts = monitor.accounts();
            let spans = accounts.iter().find(|account| account.signal == "spans").unwrap();
            assert_eq!((spans.exported, spans.dropped_for(DropReason::Failed)), (0, 1), "{name}: {spans:?}");
            assert!(spans.last_error.as_ref().unwrap().contains("certificate"), "{name}: {spans:?}");
            assert_eq!(server.told(), 0, "{name} talks to a server that nobody vouches for");
        });
    };
    refuses(&other, &server("localhost", |_| {}));
    refuses(&authority, &server("elsewhere.example", |_| {}));
    refuses(
        &authority,
        &server("localhost", |params| {
            params.not_before = date_time_ymd(2020, 1, 1);
            params.not_after = date_time_ymd(2020, 2, 1);
        }),
    );

    let server = server("localhost", |_| {});
    check(&authority, &server, |name, monitor| {
        let (before, begun) = (server.told(), Instant::now());
        while server.told() == before {
            assert!(begun.elapsed() < PATIENCE, "{name} says nothing to a server that it trusts");
            // It gets no answer, and is late.
            let _ = monitor.flush(Duration::from_millis(50));
        }
    });
}
