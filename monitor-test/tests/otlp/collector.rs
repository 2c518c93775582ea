//! A server of gRPC, by OpenTelemetry's own definition of its services.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::Mutex;

use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceResponse;
use opentelemetry_proto::tonic::collector::logs::v1::logs_service_server::LogsService;
use opentelemetry_proto::tonic::collector::logs::v1::logs_service_server::LogsServiceServer;
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceResponse;
use opentelemetry_proto::tonic::collector::metrics::v1::metrics_service_server::MetricsService;
use opentelemetry_proto::tonic::collector::metrics::v1::metrics_service_server::MetricsServiceServer;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTracePartialSuccess;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceResponse;
use opentelemetry_proto::tonic::collector::trace::v1::trace_service_server::TraceService;
use opentelemetry_proto::tonic::collector::trace::v1::trace_service_server::TraceServiceServer;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tonic::Request;
use tonic::Response;
use tonic::Status;
use tonic::codec::CompressionEncoding;
use tonic::metadata::MetadataMap;
use tonic::transport::Server;
use tonic::transport::ServerTlsConfig;
use tonic::transport::server::TcpIncoming;

use crate::program::Received;

/// A server that lives as long as this.
pub(crate) struct Collector {
    address: SocketAddr,
    state: Arc<Mutex<State>>,
    _runtime: Runtime,
}

/// What came, and what is to be answered.
#[derive(Default)]
pub(crate) struct State {
    pub(crate) received: Received,
    /// Of the requests with spans: how many spans each had.
    pub(crate) sizes: Vec<usize>,
    pub(crate) metadata: Vec<MetadataMap>,
    /// What requests with spans are answered in turn; then all are taken.
    pub(crate) answers: VecDeque<Result<(i64, String), Status>>,
}

impl Collector {
    pub(crate) fn new() -> Self {
        Self::with(None)
    }

    /// Encrypted in this way, if in any.
    pub(crate) fn with(tls: Option<ServerTlsConfig>) -> Self {
        Self::at(0, tls)
    }

    /// At this port of this machine, any if it is zero.
    pub(crate) fn at(port: u16, tls: Option<ServerTlsConfig>) -> Self {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let state = Arc::new(Mutex::new(State::default()));
        let listener = runtime.block_on(TcpListener::bind(("127.0.0.1", port))).unwrap();
        let address = listener.local_addr().unwrap();
        let services = Services(Arc::clone(&state));
        runtime.spawn(async move {
            let gzip = CompressionEncoding::Gzip;
            let mut server = Server::builder();
            if let Some(tls) = tls {
                server = server.tls_config(tls).unwrap();
            }
            let traces =
                TraceServiceServer::new(services.clone()).accept_compressed(gzip).send_compressed(gzip);
            let metrics = MetricsServiceServer::new(services.clone()).accept_compressed(gzip);
            let logs = LogsServiceServer::new(services).accept_compressed(gzip);
            let routes = server.add_service(traces).add_service(metrics).add_service(logs);
            routes.serve_with_incoming(TcpIncoming::from(listener)).await.unwrap();
        });
        Self { address, state, _runtime: runtime }
    }

    pub(crate) fn port(&self) -> u16 {
        self.address.port()
    }

    pub(crate) fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }
}

#[derive(Clone)]
struct Services(Arc<Mutex<State>>);

#[tonic::async_trait]
impl TraceService for Services {
    async fn export(
        &self,
        request: Request<ExportTraceServiceRequest>,
    ) -> Result<Response<ExportTraceServiceResponse>, Status> {
        let mut state = self.0.lock().unwrap();
        state.metadata.push(request.metadata().clone());
        let spans = request.into_inner().resource_spans;
        let scopes = spans.iter().flat_map(|resource| &resource.scope_spans);
        state.sizes.push(scopes.map(|scope| scope.spans.len()).sum());
        let answer = state.answers.pop_front();
        if !matches!(answer, Some(Err(_))) {
            state.received.traces.extend(spans);
        }
        let partial_success = answer.transpose()?.map(|(rejected_spans, error_message)| {
            ExportTracePartialSuccess { rejected_spans, error_message }
        });
        Ok(Response::new(ExportTraceServiceResponse { partial_success }))
    }
}

#[tonic::async_trait]
impl MetricsService for Services {
    async fn export(
        &self,
        request: Request<ExportMetricsServiceRequest>,
    ) -> Result<Response<ExportMetricsServiceResponse>, Status> {
        self.0.lock().unwrap().received.metrics.extend(request.into_inner().resource_metrics);
        Ok(Response::new(ExportMetricsServiceResponse::default()))
    }
}

#[tonic::async_trait]
impl LogsService for Services {
    async fn export(
        &self,
        request: Request<ExportLogsServiceRequest>,
    ) -> Result<Response<ExportLogsServiceResponse>, Status> {
        self.0.lock().unwrap().received.logs.extend(request.into_inner().resource_logs);
        Ok(Response::new(ExportLogsServiceResponse::default()))
    }
}
