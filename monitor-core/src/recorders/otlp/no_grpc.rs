//! In place of gRPC where it is not in the build.

use std::convert::Infallible;

use crate::recorder::RecorderError;
use crate::recorders::otlp::client::Unsent;
use crate::recorders::otlp::config::Options;
use crate::recorders::otlp::encode::Request;
use crate::recorders::otlp::way::Route;
use crate::recorders::otlp::way::Signal;
use crate::recorders::otlp_messages::PartialSuccess;

/// There is none.
#[derive(Debug)]
pub(crate) struct Grpc(Infallible);

impl Grpc {
    pub(crate) fn new(_: Route, _: &Options, _: Signal) -> Result<Self, RecorderError> {
        Err(RecorderError::new("gRPC is not in this build; add the feature `otlp_grpc` of `monitor-core`"))
    }

    pub(crate) fn send<R: Request>(&mut self, _: &R) -> Result<PartialSuccess, Unsent> {
        match self.0 {}
    }
}
