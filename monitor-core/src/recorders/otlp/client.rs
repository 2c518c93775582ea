//! What sends the requests of each signal.

use crate::recorder::RecorderError;
use crate::recorders::otlp::Protocol;
use crate::recorders::otlp::config::Options;
use crate::recorders::otlp::encode::Request;
use crate::recorders::otlp::grpc::Grpc;
use crate::recorders::otlp::http::Encoding;
use crate::recorders::otlp::http::OverHttp;
use crate::recorders::otlp::way::Signal;
use crate::recorders::otlp_messages::PartialSuccess;

/// The most that is sent at once, before it is packed: OpenTelemetry's limit.
pub(crate) const LIMIT: usize = 64 * 1024 * 1024;

/// Says to servers who is talking, as OpenTelemetry wants it.
pub(crate) const USER_AGENT: &str = concat!("OTel-OTLP-Exporter-Rust/", env!("CARGO_PKG_VERSION"));

/// Why a request was not taken.
#[derive(Debug)]
pub(crate) enum Unsent {
    Failed(RecorderError),
    /// We do not send so much at once.
    TooLargeForUs(RecorderError),
    /// The server does not take so much at once.
    TooLargeForServer(RecorderError),
}

/// One for each signal that is sent.
#[derive(Debug, Default)]
pub(crate) struct Clients {
    pub(crate) logs: Option<Client>,
    pub(crate) metrics: Option<Client>,
    pub(crate) traces: Option<Client>,
}

/// Sends the requests of one signal.
#[derive(Debug)]
pub(crate) enum Client {
    Grpc(Box<Grpc>),
    Http(Box<OverHttp>),
}

impl Client {
    /// # Errors
    ///
    /// A file is missing or cannot be used, or there can be no such way.
    pub(crate) fn new(options: &Options, signal: Signal) -> Result<Self, RecorderError> {
        let route = options.ways.route(&options.environment, signal);
        let route = route.map_err(|error| RecorderError::new(error.to_string()))?;
        // A file that is not there or not what it should be is known before anything is lost.
        route.tls.read()?.check()?;
        Ok(match route.protocol {
            Protocol::Grpc => Client::Grpc(Box::new(Grpc::new(route, options, signal)?)),
            Protocol::HttpJson => Client::Http(Box::new(OverHttp::new(route, options, Encoding::Json)?)),
            Protocol::HttpProtobuf => {
                Client::Http(Box::new(OverHttp::new(route, options, Encoding::Protobuf)?))
            }
        })
    }

    /// Sends one request and reads what the server says to it.
    pub(crate) fn send<R: Request>(&mut self, request: &R) -> Result<PartialSuccess, Unsent> {
        match self {
            Client::Grpc(grpc) => grpc.send(request),
            Client::Http(http) => http.send(request),
        }
    }
}

impl From<RecorderError> for Unsent {
    fn from(error: RecorderError) -> Self {
        Unsent::Failed(error)
    }
}
