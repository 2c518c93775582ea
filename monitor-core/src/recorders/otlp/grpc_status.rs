//! Why a call of gRPC failed, and whether another one may do better.

use std::error::Error;
use std::io;
use std::iter;

use prost::Message;
use tonic::Code;

use crate::export::http::HttpUrl;
use crate::export::http::LONGEST_WAIT;
use crate::export::http::quoted;
use crate::recorder::RecorderError;
use crate::recorders::otlp::client::Unsent;
use crate::recorders::otlp_messages::Status;

/// The most that is read of an answer: OpenTelemetry's 4 MiB, less a byte by which our own refusal can be told from that
/// of a server in Rust, which says the same of a request that is more than its 4 MiB.
pub(crate) const ANSWER_LIMIT: usize = 4 * 1024 * 1024 - 1;

/// What a failed call means: those that OpenTelemetry names may be made again.
pub(crate) fn unsent(url: &HttpUrl, status: &tonic::Status) -> Unsent {
    let text = status.message();
    if text.contains(&format!(" {ANSWER_LIMIT} bytes")) {
        return Unsent::Failed(RecorderError::new(format!("{url}: the answer is larger than 4 MiB")));
    }
    if let Some(first) = Error::source(status) {
        return Unsent::Failed(between(url, first));
    }
    let message = format!("{url} answered {:?}: {}", status.code(), quoted(text));
    let details = Status::decode(status.details()).unwrap_or_default();
    let delay = details.retry_delay().map(|delay| delay.min(LONGEST_WAIT));
    // So say the implementations in Go, C++ and Rust of a request that is more than they take at once.
    let larger = text.contains("larger than max") || text.contains("message length too large");
    match (status.code(), delay) {
        (Code::OutOfRange | Code::ResourceExhausted, None) if larger => {
            Unsent::TooLargeForServer(RecorderError::new(message))
        }
        (_, Some(delay)) if is_passing(status.code()) || status.code() == Code::ResourceExhausted => {
            Unsent::Failed(RecorderError::retryable(message).after(delay))
        }
        (code, None) if is_passing(code) => Unsent::Failed(RecorderError::retryable(message)),
        _ => Unsent::Failed(RecorderError::new(message)),
    }
}

/// The codes that OpenTelemetry has tried again: OTLP specification, "Failures".
fn is_passing(code: Code) -> bool {
    matches!(
        code,
        Code::Aborted
            | Code::Cancelled
            | Code::DataLoss
            | Code::DeadlineExceeded
            | Code::OutOfRange
            | Code::Unavailable
    )
}

/// What went wrong between us and the server: the first cause tells most. What the network did may go well next time; an
/// address that is refused and a certificate that nobody vouches for stay what they are.
fn between(url: &HttpUrl, first: &(dyn Error + 'static)) -> RecorderError {
    let causes = || iter::successors(Some(first), |cause: &&(dyn Error + 'static)| (*cause).source());
    let lasts = |cause: &(dyn Error + 'static)| {
        cause.is::<rustls::Error>()
            || cause.downcast_ref::<io::Error>().is_some_and(|error| {
                matches!(error.kind(), io::ErrorKind::InvalidData | io::ErrorKind::PermissionDenied)
            })
    };
    let reason = causes().last().map_or_else(String::new, |cause| quoted(&cause.to_string()));
    let message = format!("{url}: {reason}");
    if causes().any(lasts) { RecorderError::new(message) } else { RecorderError::retryable(message) }
}
