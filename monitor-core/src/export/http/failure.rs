//! Why there was no answer, and whether there may be one next time.

use std::io;
use std::time::Duration;

use crate::export::http::HttpUrl;
use crate::export::http::answer::quoted;
use crate::recorder::RecorderError;

/// What went wrong between us and the server. What the network did may go well next time; what the peer is will not
/// change: no HTTP, a certificate that nobody vouches for, an address that is refused.
pub(crate) fn failure(url: &HttpUrl, error: ureq::Error, timeout: Duration) -> RecorderError {
    match error {
        ureq::Error::Timeout(_) => RecorderError::retryable(format!("{url}: no answer within {timeout:?}")),
        ureq::Error::HostNotFound => RecorderError::retryable(format!("{url}: the host is unknown")),
        ureq::Error::Io(error) if lasts(&error) => {
            RecorderError::new(format!("{url}: {}", quoted(&error.to_string())))
        }
        ureq::Error::Io(error) => RecorderError::retryable(format!("{url}: {}", quoted(&error.to_string()))),
        ureq::Error::ConnectionFailed => RecorderError::retryable(format!("{url}: no connection")),
        ureq::Error::ConnectProxyFailed(reason) => {
            RecorderError::retryable(format!("{url}: the proxy made no connection: {}", quoted(&reason)))
        }
        other => RecorderError::new(format!("{url}: {}", quoted(&other.to_string()))),
    }
}

/// Encryption reports what it refuses as invalid data.
fn lasts(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput | io::ErrorKind::PermissionDenied
    )
}
