use std::fs;
use std::io::BufReader;
use std::io::Write;
use std::path::PathBuf;
use std::process;
use std::sync::Arc;
use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering;

use rcgen::BasicConstraints;
use rcgen::CertificateParams;
use rcgen::IsCa;
use rcgen::Issuer;
use rcgen::KeyPair;
use rcgen::date_time_ymd;
use rustls::RootCertStore;
use rustls::ServerConfig;
use rustls::ServerConnection;
use rustls::StreamOwned;
use rustls::pki_types::PrivateKeyDer;
use rustls::server::WebPkiClientVerifier;

use super::TlsFiles;
use crate::export::http::Http;
use crate::export::http::HttpHeaders;
use crate::export::http::HttpOptions;
use crate::export::http::HttpProxy;
use crate::export::http::peer::Peer;
use crate::export::http::peer::read;
use crate::recorder::RecorderError;

/// Who vouches for others, with a folder for the files.
struct Authority {
    folder: PathBuf,
    pem: String,
    der: rustls::pki_types::CertificateDer<'static>,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    fn new() -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let folder = std::env::temp_dir().join(format!("monitor-tls-{}-{number}", process::id()));
        fs::create_dir_all(&folder).unwrap();
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        let certificate = params.self_signed(&key).unwrap();
        let issuer = Issuer::new(params, key);
        Self { folder, pem: certificate.pem(), der: certificate.der().clone(), issuer }
    }

    /// A certificate for this host, and its key.
    fn vouch(
        &self,
        host: &str,
        change: impl FnOnce(&mut CertificateParams),
    ) -> (rcgen::Certificate, KeyPair) {
        let mut params = CertificateParams::new(vec![host.to_owned()]).unwrap();
        change(&mut params);
        let key = KeyPair::generate().unwrap();
        (params.signed_by(&key, &self.issuer).unwrap(), key)
    }

    fn file(&self, name: &str, text: &str) -> PathBuf {
        let file = self.folder.join(name);
        fs::write(&file, text).unwrap();
        file
    }
}

impl Drop for Authority {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// An encrypted server with this certificate; `clients` says who vouches for those who may come.
fn server((certificate, key): &(rcgen::Certificate, KeyPair), clients: Option<&Authority>) -> Peer {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder =
        ServerConfig::builder_with_provider(Arc::clone(&provider)).with_safe_default_protocol_versions();
    let builder = match clients {
        None => builder.unwrap().with_no_client_auth(),
        Some(authority) => {
            let mut roots = RootCertStore::empty();
            roots.add(authority.der.clone()).unwrap();
            let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider);
            builder.unwrap().with_client_cert_verifier(verifier.build().unwrap())
        }
    };
    let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
    let config = Arc::new(builder.with_single_cert(vec![certificate.der().clone()], key).unwrap());
    Peer::hearing(move |stream, _, heard| {
        let connection = ServerConnection::new(Arc::clone(&config)).unwrap();
        let mut reader = BufReader::new(StreamOwned::new(connection, stream));
        if let Some(request) = read(&mut reader) {
            let _ = heard.send(request);
            let _ = reader
                .get_mut()
                .write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nok");
            reader.get_mut().conn.send_close_notify();
            let _ = reader.get_mut().flush();
        }
    })
}

fn http(tls: TlsFiles) -> Http {
    Http::new(HttpOptions { tls, proxy: HttpProxy::Direct, ..HttpOptions::default() })
}

fn post(http: &mut Http, peer: &Peer) -> Result<Vec<u8>, RecorderError> {
    let url = format!("https://localhost:{}/v1/traces", peer.port()).parse().unwrap();
    http.post(&url, &HttpHeaders::default(), "text/plain", b"body")?.success()
}

#[track_caller]
fn check(error: RecorderError, says: &str) {
    let message = error.to_string();
    assert!(message.contains(says), "{message:?} does not say {says:?}");
}

#[test]
fn an_own_authority_is_trusted_where_its_file_is_named() {
    let authority = Authority::new();
    let peer = server(&authority.vouch("localhost", |_| {}), None);
    let tls = TlsFiles::default().certificate(authority.file("ca.pem", &authority.pem));
    assert_eq!(post(&mut http(tls), &peer).unwrap(), b"ok");
    assert_eq!(peer.request().body, b"body");
}

#[test]
fn f38_a_server_that_nobody_vouches_for_is_told_nothing() {
    let (authority, other) = (Authority::new(), Authority::new());
    let tls = TlsFiles::default().certificate(authority.file("ca.pem", &authority.pem));
    let refused = |certificate, says| {
        let peer = server(&certificate, None);
        let error = post(&mut http(tls.clone()), &peer).unwrap_err();
        assert!(!error.is_retryable() && peer.is_idle(), "{error}");
        check(error, says);
    };
    refused(other.vouch("localhost", |_| {}), "certificate");
    refused(authority.vouch("elsewhere.example", |_| {}), "not valid for name");
    let expired = |params: &mut CertificateParams| {
        params.not_before = date_time_ymd(2020, 1, 1);
        params.not_after = date_time_ymd(2020, 2, 1);
    };
    refused(authority.vouch("localhost", expired), "expired");
    // Where no file is named, the system's own certificates decide, and they know nothing of this one.
    let peer = server(&authority.vouch("localhost", |_| {}), None);
    let error = post(&mut http(TlsFiles::default()), &peer).unwrap_err();
    assert!(!error.is_retryable() && peer.is_idle(), "{error}");
}

#[test]
fn f38_a_renewed_client_certificate_is_used_at_once() {
    let (old, new) = (Authority::new(), Authority::new());
    let (first, second) = (old.vouch("first", |_| {}), new.vouch("second", |_| {}));
    let tls = TlsFiles::default()
        .certificate(old.file("ca.pem", &old.pem))
        .client(old.file("client.pem", &first.0.pem()), old.file("client.key", &first.1.serialize_pem()));
    let mut http = http(tls);
    let own = old.vouch("localhost", |_| {});
    assert_eq!(post(&mut http, &server(&own, Some(&old))).unwrap(), b"ok");

    // The server now wants what the new authority vouches for, and gets it once the files have it.
    let strict = server(&own, Some(&new));
    assert!(post(&mut http, &strict).is_err() && strict.is_idle());
    old.file("client.pem", &second.0.pem());
    // Between the two files it waits.
    let error = post(&mut http, &strict).unwrap_err();
    assert!(error.is_retryable() && strict.is_idle(), "{error}");
    check(error, "client.key is not the key of ");
    old.file("client.key", &second.1.serialize_pem());
    assert_eq!(post(&mut http, &strict).unwrap(), b"ok");
}

#[test]
fn f38_nothing_is_sent_while_a_file_cannot_be_used() {
    let authority = Authority::new();
    let peer = server(&authority.vouch("localhost", |_| {}), None);
    let file = authority.file("ca.pem", &authority.pem);
    let mut http = http(TlsFiles::default().certificate(&file));
    assert!(post(&mut http, &peer).is_ok());
    let _ = peer.request();
    for (text, says) in [("", "has no certificate in it"), ("-----BEGIN CERTIFICATE-----\n", "is no PEM")] {
        fs::write(&file, text).unwrap();
        let error = post(&mut http, &peer).unwrap_err();
        assert!(error.is_retryable(), "{error}");
        check(error, &format!("{} {says}", file.display()));
    }
    fs::remove_file(&file).unwrap();
    check(post(&mut http, &peer).unwrap_err(), "ca.pem: No such file");
    assert!(peer.is_idle());
    fs::write(&file, &authority.pem).unwrap();
    assert!(post(&mut http, &peer).is_ok());
}
