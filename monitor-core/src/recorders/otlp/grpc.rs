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
    route: Route,
    proxy: http::Route,
    link_local: LinkLocal,
    method: PathAndQuery,
    metadata: MetadataMap,
    open: Option<Open>,
}

impl Grpc {
    pub(crate) fn new(route: Route, options: &Options, signal: Signal) -> Result<Self, RecorderError> {
        let mut headers = route.headers.clone().into_map();
        // As HTTP has it: what the URL says of the user is sent, unless a header says it.
        let credentials = route.url.credentials().and_then(|(name, password)| basic(&name, &password));
        if let Some(credentials) = credentials {
            headers.entry(AUTHORIZATION).or_insert(credentials);
        }
        let metadata = MetadataMap::from_headers(headers);
        let method = PathAndQuery::from_static(method(signal));
        let (proxy, link_local) = (http::Route::new(&options.proxy), options.link_local);
        let mut grpc = Self { route, proxy, link_local, method, metadata, open: None };
        // What can never be opened is known before anything is lost.
        grpc.open = Some(grpc.opened()?);
        Ok(grpc)
    }

    pub(crate) fn send<R: Request>(&mut self, request: &R) -> Result<PartialSuccess, Unsent> {
        let url = &self.route.url;
        let size = request.encoded_len();
        if size > LIMIT {
            let message = format!("{url}: a request of {size} bytes is larger than 64 MiB");
            return Err(Unsent::TooLargeForUs(RecorderError::new(message)));
        }
        let open = self.opened()?;
        let mut caller = Caller::new(open.channel.clone())
            .accept_compressed(CompressionEncoding::Gzip)
            .max_decoding_message_size(ANSWER_LIMIT);
        if self.route.compression == Compression::Gzip {
            caller = caller.send_compressed(CompressionEncoding::Gzip);
        }
        let mut message = tonic::Request::new(request.clone());
        *message.metadata_mut() = self.metadata.clone();
        let method = self.method.clone();
        let answer = open.runtime.block_on(within(self.route.timeout, async move {
            caught_up().await;
            caller.ready().await.map_err(|error| tonic::Status::from_error(error.into()))?;
            caller.unary(message, method, ProstCodec::<R, Reply>::default()).await
        }));
        let Some(answer) = answer else {
            // Nobody knows what state it is in.
            open.close();
            let message = format!("{}: no answer within {:?}", self.route.url, self.route.timeout);
            return Err(Unsent::Failed(RecorderError::retryable(message)));
        };
        self.open = Some(open);
        match answer {
            Ok(reply) => Ok(reply.into_inner().partial_success.unwrap_or_default()),
            Err(status) => Err(unsent(&self.route.url, &status)),
        }
    }

    /// What was open, unless the certificates are others now.
    fn opened(&mut self) -> Result<Open, RecorderError> {
        let now = self.route.tls.read()?;
        match self.open.take() {
            Some(open) if open.material == now => return Ok(open),
            Some(other) => other.close(),
            None => {}
        }
        now.check()?;
        let runtime = runtime::Builder::new_current_thread().enable_all().build()?;
        let channel = {
            // Making a channel starts its task, for which there must be a runtime.
            let _inside = runtime.enter();
            let proxy = self.proxy.through(&self.route.url)?;
            channel(&self.route.url, proxy, &now, self.link_local)?
        };
        Ok(Open { material: now, channel, runtime })
    }
}

impl Drop for Grpc {
    fn drop(&mut self) {
        self.open.take().into_iter().for_each(Open::close);
    }
}

/// A channel, with the certificates that it was made with, and what runs while a request is made.
#[derive(Debug)]
struct Open {
    material: TlsMaterial,
    channel: Channel,
    runtime: Runtime,
}

impl Open {
    /// Leaves it behind, without waiting for the system, which may look up a name for long.
    fn close(self) {
        drop(self.channel);
        self.runtime.shutdown_background();
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

#[cfg(test)]
mod tests {
    use std::sync::mpsc;
    use std::thread;

    use super::*;
    use crate::recorders::otlp::way::Ways;

    #[test]
    fn f11_f29_the_end_does_not_wait_for_a_name_that_is_looked_up() {
        let route = Ways::default().route(&Ways::default(), Signal::Traces).unwrap();
        let grpc = Grpc::new(route, &Options::default(), Signal::Traces).unwrap();
        let (found, looked_up) = mpsc::channel::<()>();
        // As the system is asked: by a thread that nobody can call off.
        drop(grpc.open.as_ref().unwrap().runtime.spawn_blocking(move || looked_up.recv()));
        let (ended, end) = mpsc::channel();
        thread::spawn(move || {
            drop(grpc);
            ended.send(())
        });
        assert_eq!(end.recv_timeout(Duration::from_secs(20)), Ok(()));
        drop(found);
    }
}
