//! Requests over gRPC: a runtime of its own on the recorder's thread, which runs while a request is made.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::net::lookup_host;
use tokio::runtime;
use tokio::runtime::Runtime;
use tonic::client::Grpc as Caller;
use tonic::codec::CompressionEncoding;
use tonic::metadata::MetadataMap;
use tonic::transport::Certificate;
use tonic::transport::Channel;
use tonic::transport::ClientTlsConfig;
use tonic::transport::Endpoint;
use tonic::transport::Identity;
use tonic_prost::ProstCodec;
use tower::service_fn;
use ureq::http::Uri;
use ureq::http::uri::PathAndQuery;

use crate::export::http::Compression;
use crate::export::http::LinkLocal;
use crate::export::http::TlsMaterial;
use crate::export::http::is_link_local;
use crate::recorder::RecorderError;
use crate::recorders::otlp::client::LIMIT;
use crate::recorders::otlp::client::USER_AGENT;
use crate::recorders::otlp::client::Unsent;
use crate::recorders::otlp::encode::Request;
use crate::recorders::otlp::grpc_status::ANSWER_LIMIT;
use crate::recorders::otlp::grpc_status::unsent;
use crate::recorders::otlp::way::Route;
use crate::recorders::otlp::way::Signal;
use crate::recorders::otlp_messages::PartialSuccess;
use crate::recorders::otlp_messages::Reply;

/// Sends requests of one signal over gRPC.
#[derive(Debug)]
pub(crate) struct Grpc {
    runtime: Runtime,
    route: Route,
    link_local: LinkLocal,
    method: PathAndQuery,
    metadata: MetadataMap,
    /// With the certificates that it was made with.
    channel: Option<(TlsMaterial, Channel)>,
}

impl Grpc {
    pub(crate) fn new(route: Route, link_local: LinkLocal, signal: Signal) -> Result<Self, RecorderError> {
        let runtime = runtime::Builder::new_current_thread().enable_all().build()?;
        let metadata = MetadataMap::from_headers(route.headers.clone().into_map());
        let method = PathAndQuery::from_static(method(signal));
        Ok(Self { runtime, route, link_local, method, metadata, channel: None })
    }

    pub(crate) fn send<R: Request>(&mut self, request: &R) -> Result<PartialSuccess, Unsent> {
        let url = &self.route.url;
        let size = request.encoded_len();
        if size > LIMIT {
            let message = format!("{url}: a request of {size} bytes is larger than 64 MiB");
            return Err(Unsent::TooLargeForUs(RecorderError::new(message)));
        }
        let now = self.route.tls.read()?;
        // What was connected with other certificates is left behind.
        let kept = self.channel.take().filter(|(material, _)| *material == now);
        let (material, channel) = match kept {
            Some(kept) => kept,
            None => {
                // Making a channel starts its task, for which there must be a runtime.
                let _inside = self.runtime.enter();
                let channel = channel(&self.route, &now, self.link_local)?;
                (now, channel)
            }
        };
        let mut caller = Caller::new(channel.clone())
            .accept_compressed(CompressionEncoding::Gzip)
            .max_decoding_message_size(ANSWER_LIMIT);
        if self.route.compression == Compression::Gzip {
            caller = caller.send_compressed(CompressionEncoding::Gzip);
        }
        let mut message = tonic::Request::new(request.clone());
        *message.metadata_mut() = self.metadata.clone();
        let method = self.method.clone();
        let answer = self.runtime.block_on(within(self.route.timeout, async move {
            caller.ready().await.map_err(|error| tonic::Status::from_error(error.into()))?;
            caller.unary(message, method, ProstCodec::<R, Reply>::default()).await
        }));
        self.channel = Some((material, channel));
        match answer {
            Some(Ok(reply)) => Ok(reply.into_inner().partial_success.unwrap_or_default()),
            Some(Err(status)) => Err(unsent(&self.route.url, &status)),
            None => {
                // Nobody knows what state it is in.
                self.channel = None;
                let message = format!("{}: no answer within {:?}", self.route.url, self.route.timeout);
                Err(Unsent::Failed(RecorderError::retryable(message)))
            }
        }
    }
}

/// What comes of it in time: connecting included, however slowly the other side drips.
async fn within<F: Future>(timeout: Duration, work: F) -> Option<F::Output> {
    tokio::time::timeout(timeout, work).await.ok()
}

fn method(signal: Signal) -> &'static str {
    match signal {
        Signal::Logs => "/opentelemetry.proto.collector.logs.v1.LogsService/Export",
        Signal::Metrics => "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export",
        Signal::Traces => "/opentelemetry.proto.collector.trace.v1.TraceService/Export",
    }
}

/// A channel that connects when it is needed, and again when the connection is gone.
fn channel(route: &Route, material: &TlsMaterial, link_local: LinkLocal) -> Result<Channel, RecorderError> {
    let wrong = |error: tonic::transport::Error| {
        let reason = std::error::Error::source(&error).map_or_else(|| error.to_string(), ToString::to_string);
        RecorderError::new(format!("{}: {reason}", route.url))
    };
    let url = &route.url;
    let scheme = if url.is_encrypted() { "https" } else { "http" };
    let host = if url.host().contains(':') { format!("[{}]", url.host()) } else { url.host().to_owned() };
    let origin = format!("{scheme}://{host}:{}", url.port());
    let mut endpoint = Endpoint::from_shared(origin).map_err(wrong)?.user_agent(USER_AGENT).map_err(wrong)?;
    if url.is_encrypted() {
        endpoint = endpoint.tls_config(tls(material)).map_err(wrong)?;
    }
    let (host, port) = (url.host().to_owned(), url.port());
    Ok(endpoint.connect_with_connector_lazy(service_fn(move |_: Uri| {
        let host = host.clone();
        async move { connect(&host, port, link_local).await.map(TokioIo::new) }
    })))
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
async fn connect(host: &str, port: u16, link_local: LinkLocal) -> io::Result<TcpStream> {
    let allowed = |address: &SocketAddr| link_local == LinkLocal::Allowed || !is_link_local(address.ip());
    let refused = "link-local addresses are refused unless they are allowed";
    let mut last = io::Error::new(io::ErrorKind::PermissionDenied, refused);
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
