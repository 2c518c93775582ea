//! The way to a server of gRPC: straight or through a proxy, encrypted or not.

use std::io;
use std::net::SocketAddr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hyper_util::client::legacy::connect::proxy::Tunnel;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::net::lookup_host;
use tonic::transport::Certificate;
use tonic::transport::Channel;
use tonic::transport::ClientTlsConfig;
use tonic::transport::Endpoint;
use tonic::transport::Identity;
use tower::Service as _;
use tower::service_fn;
use ureq::Proxy;
use ureq::ProxyProtocol;
use ureq::http::HeaderValue;
use ureq::http::Uri;

use crate::export::http::HttpUrl;
use crate::export::http::LinkLocal;
use crate::export::http::REFUSED;
use crate::export::http::TlsMaterial;
use crate::recorder::RecorderError;
use crate::recorders::otlp::client::USER_AGENT;

/// A channel that connects when it is needed, and again when the connection is gone.
///
/// # Errors
///
/// There can be no such channel: an address that is refused, a proxy that cannot be used, certificates that are none.
pub(crate) fn channel(
    url: &HttpUrl,
    proxy: Option<&Proxy>,
    material: &TlsMaterial,
    link_local: LinkLocal,
) -> Result<Channel, RecorderError> {
    let wrong = |error: tonic::transport::Error| {
        let reason = std::error::Error::source(&error).map_or_else(|| error.to_string(), ToString::to_string);
        RecorderError::new(format!("{url}: {reason}"))
    };
    let scheme = if url.is_encrypted() { "https" } else { "http" };
    let host = if url.host().contains(':') { format!("[{}]", url.host()) } else { url.host().to_owned() };
    let origin = format!("{scheme}://{host}:{}", url.port());
    let mut endpoint = Endpoint::from_shared(origin).map_err(wrong)?.user_agent(USER_AGENT).map_err(wrong)?;
    if url.is_encrypted() {
        endpoint = endpoint.tls_config(tls(material)).map_err(wrong)?;
    }
    let straight =
        service_fn(move |place: Uri| async move { connect(&place, link_local).await.map(TokioIo::new) });
    let Some(proxy) = proxy else { return Ok(endpoint.connect_with_connector_lazy(straight)) };
    // The name is the proxy's to resolve, so that nothing is looked at later.
    link_local.permits(url)?;
    let place = place(proxy).map_err(|why| RecorderError::new(format!("{url}: {why}")))?;
    let mut tunnel = Tunnel::new(place, straight);
    let (name, password) = (proxy.username(), proxy.password());
    if name.or(password).is_some()
        && let Some(authorization) = basic(name.unwrap_or_default(), password.unwrap_or_default())
    {
        tunnel = tunnel.with_auth(authorization);
    }
    let proxy = format!("{}:{}", proxy.host(), proxy.port());
    Ok(endpoint.connect_with_connector_lazy(service_fn(move |server: Uri| {
        let connecting = tunnel.call(server);
        let failed = format!("the proxy {proxy} makes no connection");
        async move { connecting.await.map_err(|error| io::Error::other(format!("{failed}: {error}"))) }
    })))
}

/// Where the proxy is.
fn place(proxy: &Proxy) -> Result<Uri, String> {
    let (host, port) = (proxy.host(), proxy.port());
    match proxy.protocol() {
        ProxyProtocol::Http => format!("http://{host}:{port}")
            .parse()
            .map_err(|_| format!("the proxy {host}:{port} cannot be a proxy")),
        _ => Err(format!(
            "gRPC goes through no encrypted proxy, such as https://{host}:{port}; `http/protobuf` does"
        )),
    }
}

/// What a proxy or a server wants to know of who asks, where that is told by name and password.
pub(crate) fn basic(name: &str, password: &str) -> Option<HeaderValue> {
    let mut value =
        HeaderValue::try_from(format!("Basic {}", STANDARD.encode(format!("{name}:{password}")))).ok()?;
    value.set_sensitive(true);
    Some(value)
}

fn tls(material: &TlsMaterial) -> ClientTlsConfig {
    let mut config = ClientTlsConfig::new();
    config = match &material.authority {
        Some(authority) => config.ca_certificate(Certificate::from_pem(&authority.text)),
        None => config.with_native_roots(),
    };
    match (&material.certificate, &material.key) {
        (Some(certificate), Some(key)) => config.identity(Identity::from_pem(&certificate.text, &key.text)),
        _ => config,
    }
}

/// Connects to the first address that answers, and never to one that is refused, whatever its name.
async fn connect(place: &Uri, link_local: LinkLocal) -> io::Result<TcpStream> {
    let host = place.host().unwrap_or_default().trim_start_matches('[').trim_end_matches(']');
    let port = place.port_u16().unwrap_or_default();
    let mut last = io::Error::new(io::ErrorKind::PermissionDenied, REFUSED);
    let allowed = |address: &SocketAddr| link_local.allows(address.ip());
    for address in lookup_host((host, port)).await?.filter(allowed) {
        match TcpStream::connect(address).await {
            Ok(stream) => {
                stream.set_nodelay(true)?;
                return Ok(stream);
            }
            Err(error) => last = error,
        }
    }
    Err(last)
}
