//! Requests over gRPC: a runtime of its own on the recorder's thread, which runs while a request is made.

use std::time::Duration;

use tokio::runtime;
use tokio::runtime::Runtime;
use tonic::client::Grpc as Caller;
use tonic::codec::CompressionEncoding;
use tonic::metadata::MetadataMap;
use tonic::transport::Channel;
use tonic_prost::ProstCodec;
use ureq::http::header::AUTHORIZATION;
use ureq::http::uri::PathAndQuery;

use crate::export::http;
use crate::export::http::Compression;
use crate::export::http::LinkLocal;
use crate::export::http::TlsMaterial;
use crate::recorder::RecorderError;
use crate::recorders::otlp::client::LIMIT;
use crate::recorders::otlp::client::Unsent;
use crate::recorders::otlp::config::Options;
use crate::recorders::otlp::encode::Request;
use crate::recorders::otlp::grpc_channel::basic;
use crate::recorders::otlp::grpc_channel::channel;
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
    proxy: http::Route,
    link_local: LinkLocal,
    method: PathAndQuery,
    metadata: MetadataMap,
    /// With the certificates that it was made with.
    channel: Option<(TlsMaterial, Channel)>,
}

impl Grpc {
    pub(crate) fn new(route: Route, options: &Options, signal: Signal) -> Result<Self, RecorderError> {
        let runtime = runtime::Builder::new_current_thread().enable_all().build()?;
        let mut headers = route.headers.clone().into_map();
        // As HTTP has it: what the URL says of the user is sent, unless a header says it.
        let credentials = route.url.credentials().and_then(|(name, password)| basic(&name, &password));
        if let Some(credentials) = credentials {
            headers.entry(AUTHORIZATION).or_insert(credentials);
        }
        let metadata = MetadataMap::from_headers(headers);
        let method = PathAndQuery::from_static(method(signal));
        let (proxy, link_local) = (http::Route::new(&options.proxy), options.link_local);
        Ok(Self { runtime, route, proxy, link_local, method, metadata, channel: None })
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
                now.check()?;
                let _inside = self.runtime.enter();
                let proxy = self.proxy.through(&self.route.url)?;
                let channel = channel(&self.route.url, proxy, &now, self.link_local)?;
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
            caught_up().await;
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

/// Lets the connection hear what came while nobody listened: where the server has closed it, a new one is made, rather
/// than a request lost on the old one.
async fn caught_up() {
    // The system is asked once, the connection reads, and the channel sees what became of it.
    for _ in 0..3 {
        tokio::task::yield_now().await;
    }
}

fn method(signal: Signal) -> &'static str {
    match signal {
        Signal::Logs => "/opentelemetry.proto.collector.logs.v1.LogsService/Export",
        Signal::Metrics => "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export",
        Signal::Traces => "/opentelemetry.proto.collector.trace.v1.TraceService/Export",
    }
}
