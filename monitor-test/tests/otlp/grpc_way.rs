//! The way to a server of gRPC: through proxies, and with certificates on both sides.

use std::path::PathBuf;
use std::time::Duration;

use monitor_core::Recorder;
use monitor_core::RecorderError;
use monitor_core::SpanBatch;
use monitor_core::recorders::Otlp;
use monitor_core::recorders::otlp::Protocol;
use monitor_core::transport::HttpProxy;
use monitor_core::transport::TlsFiles;
use rcgen::BasicConstraints;
use rcgen::CertificateParams;
use rcgen::IsCa;
use rcgen::Issuer;
use rcgen::KeyPair;
use tempfile::TempDir;
use tonic::transport::Certificate;
use tonic::transport::Identity;
use tonic::transport::ServerTlsConfig;

use crate::collector::Collector;
use crate::proxy::Proxy;

fn otlp(url: &str) -> Otlp {
    Otlp::default().endpoint(url.parse().unwrap()).protocol(Protocol::Grpc)
}

/// What becomes of a batch that goes through this proxy.
fn through(proxy: &str, url: &str) -> Result<(), RecorderError> {
    otlp(url).proxy(HttpProxy::Through(proxy.parse().unwrap())).spans(&SpanBatch::default())
}

#[test]
fn f40_grpc_goes_through_the_proxy_that_is_chosen() {
    let collector = Collector::new();
    let proxy = Proxy::to(collector.port());
    let place = format!("http://me:s%40cret@127.0.0.1:{}", proxy.port());
    assert_eq!(through(&place, "http://collector.invalid:4317"), Ok(()));
    let head = proxy.head();
    assert_eq!(head[0], "CONNECT collector.invalid:4317 HTTP/1.1");
    // `me:s@cret` in Base64.
    assert!(
        head.iter().any(|line| line.eq_ignore_ascii_case("proxy-authorization: Basic bWU6c0BjcmV0")),
        "{head:?}"
    );
    assert_eq!(collector.state().sizes.len(), 1);
    // On this machine as well, where that was said in code.
    assert_eq!(through(&place, &format!("http://127.0.0.1:{}", collector.port())), Ok(()));
    assert!(proxy.head()[0].starts_with("CONNECT 127.0.0.1:"));
}

#[test]
fn f40_what_is_encrypted_stays_so_through_a_proxy() {
    let authority = Authority::new();
    let collector = Collector::with(Some(ServerTlsConfig::new().identity(authority.vouch("localhost"))));
    let proxy = Proxy::to(collector.port());
    let place = format!("http://127.0.0.1:{}", proxy.port());
    let send = |url: &str| {
        let mut otlp = otlp(url).tls(authority.files()).proxy(HttpProxy::Through(place.parse().unwrap()));
        otlp.spans(&SpanBatch::default())
    };
    assert_eq!(send("https://localhost:4317"), Ok(()));
    assert_eq!(proxy.head()[0], "CONNECT localhost:4317 HTTP/1.1");
    // The proxy leads to somebody else than was asked for.
    let error = send("https://collector.invalid:4317").unwrap_err();
    assert!(!error.is_retryable() && error.to_string().contains("certificate"), "{error}");
    assert_eq!(collector.state().sizes.len(), 1);
}

#[test]
fn f40_a_proxy_that_makes_no_connection_is_named_without_its_password() {
    let proxy = Proxy::refusing("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n");
    let place = format!("http://me:secret@127.0.0.1:{}", proxy.port());
    let error = through(&place, "http://collector.invalid:4317").unwrap_err();
    let says = format!(
        "the proxy 127.0.0.1:{} makes no connection: tunnel error: proxy authorization required",
        proxy.port()
    );
    assert!(error.is_retryable() && error.to_string().ends_with(&says), "{error}");
}

#[test]
fn f40_grpc_is_not_sent_past_a_proxy_that_it_cannot_go_through() {
    let collector = Collector::new();
    let url = format!("http://127.0.0.1:{}", collector.port());
    let error = through("https://proxy.invalid:3128", &url).unwrap_err();
    let says =
        "gRPC goes through no encrypted proxy, such as https://proxy.invalid:3128; `http/protobuf` does";
    assert!(!error.is_retryable() && error.to_string().ends_with(says), "{error}");
    assert_eq!(collector.state().sizes.len(), 0);
}

#[test]
fn f39_a_proxy_is_not_asked_for_a_service_that_hands_out_credentials() {
    let proxy = Proxy::refusing("HTTP/1.1 200 OK\r\n\r\n");
    let place = format!("http://127.0.0.1:{}", proxy.port());
    let error = through(&place, "http://169.254.169.254:4317").unwrap_err();
    assert!(
        !error.is_retryable() && error.to_string().contains("link-local addresses are refused"),
        "{error}"
    );
    assert!(proxy.is_idle());
}

#[test]
fn a_time_limit_may_be_longer_than_any_time() {
    let collector = Collector::new();
    let mut otlp = otlp(&format!("http://127.0.0.1:{}", collector.port())).timeout(Duration::MAX);
    assert_eq!(otlp.spans(&SpanBatch::default()), Ok(()));
}

#[test]
fn f39_a_password_in_the_url_is_sent_and_never_told() {
    let collector = Collector::new();
    let mut otlp =
        otlp(&format!("http://me:s%40cret@127.0.0.1:{}", collector.port())).proxy(HttpProxy::Direct);
    assert_eq!(otlp.spans(&SpanBatch::default()), Ok(()));
    assert_eq!(collector.state().metadata[0].get("authorization").unwrap(), "Basic bWU6c0BjcmV0");
    assert!(!format!("{otlp:?}").contains("cret"));
}

/// Who vouches for others, with a folder for the files.
struct Authority {
    folder: TempDir,
    pem: String,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        let pem = params.self_signed(&key).unwrap().pem();
        Self { folder: tempfile::tempdir().unwrap(), pem, issuer: Issuer::new(params, key) }
    }

    /// A certificate for this name and its key, in PEM.
    fn pair(&self, name: &str) -> (String, String) {
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        (params.signed_by(&key, &self.issuer).unwrap().pem(), key.serialize_pem())
    }

    fn vouch(&self, name: &str) -> Identity {
        let (certificate, key) = self.pair(name);
        Identity::from_pem(certificate, key)
    }

    fn file(&self, name: &str, text: &str) -> PathBuf {
        let file = self.folder.path().join(name);
        std::fs::write(&file, text).unwrap();
        file
    }

    /// Trusts whom this one vouches for.
    fn files(&self) -> TlsFiles {
        TlsFiles::default().certificate(self.file("ca.pem", &self.pem))
    }
}

#[test]
fn f38_a_server_of_grpc_that_demands_a_certificate_is_shown_the_renewed_one() {
    let (old, new) = (Authority::new(), Authority::new());
    let demanding = |clients: &Authority| {
        let roots = Certificate::from_pem(&clients.pem);
        let tls = ServerTlsConfig::new().identity(old.vouch("localhost")).client_ca_root(roots);
        Collector::with(Some(tls))
    };
    let show = |(certificate, key): (String, String)| {
        old.files().client(old.file("client.pem", &certificate), old.file("client.key", &key))
    };
    let first = demanding(&old);
    let url = |server: &Collector| format!("https://localhost:{}", server.port());
    let direct = |server: &Collector, tls| otlp(&url(server)).tls(tls).proxy(HttpProxy::Direct);
    let send = |otlp: &mut Otlp| otlp.spans(&SpanBatch::default());

    assert!(send(&mut direct(&first, old.files())).is_err(), "a client without a certificate");
    assert_eq!(first.state().sizes.len(), 0);
    let tls = show(old.pair("client"));
    assert_eq!(send(&mut direct(&first, tls.clone())), Ok(()));

    // The server wants what the new authority vouches for, and gets it from the same recorder once the files have it.
    let strict = demanding(&new);
    let mut otlp = direct(&strict, tls);
    assert!(send(&mut otlp).is_err());
    assert_eq!(strict.state().sizes.len(), 0);
    // While somebody writes the files, it waits for that.
    let (certificate, key) = new.pair("client");
    for (written, says) in
        [("", "client.pem has no certificate in it"), (&*certificate, "client.key is not the key of ")]
    {
        old.file("client.pem", written);
        let error = send(&mut otlp).unwrap_err();
        assert!(error.is_retryable() && error.to_string().contains(says), "{error}");
    }
    show((certificate, key));
    assert_eq!(send(&mut otlp), Ok(()));
    assert_eq!((first.state().sizes.len(), strict.state().sizes.len()), (1, 1));
}
