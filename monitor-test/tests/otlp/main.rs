//! What the recorder for OpenTelemetry's protocol sends, as OpenTelemetry's own messages and a real server read it.

mod collector;
mod grpc;
mod grpc_way;
mod http;
mod program;
mod proxy;
