//! What the recorder for OpenTelemetry's protocol sends, as OpenTelemetry's own messages and a real server read it.

mod collector;
mod grpc;
mod http;
mod program;
