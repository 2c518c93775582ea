//! What a server said.

use std::fmt;
use std::time::Duration;

use ureq::http::HeaderMap;
use ureq::http::StatusCode;

use crate::export::http::HttpUrl;
use crate::model::Escaped;
use crate::recorder::RecorderError;

/// The most letters of a server's text that a message repeats.
const TEXT_LIMIT: usize = 200;

/// What a server said: its status, and the body where there was any to be read.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) url: HttpUrl,
    pub(crate) status: StatusCode,
    /// What it asked for, within bounds.
    pub(crate) retry_after: Option<Duration>,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    /// Whether the request had too much in it, so that half of it may do.
    pub(crate) fn is_too_large(&self) -> bool {
        self.status == StatusCode::PAYLOAD_TOO_LARGE
    }

    /// The value of a header, where it is text.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    pub(crate) fn is_success(&self) -> bool {
        self.status.is_success()
    }

    /// The body of a success.
    ///
    /// # Errors
    ///
    /// The server refused. It may be tried again after 429, 502, 503 and 504 only; those are the ones that
    /// OpenTelemetry names.
    pub(crate) fn success(self) -> Result<Vec<u8>, RecorderError> {
        self.success_or(|body| String::from_utf8_lossy(body).into_owned())
    }

    /// Like [`success`](Self::success), with `explain` to read the server's reason out of the body.
    pub(crate) fn success_or(self, explain: impl FnOnce(&[u8]) -> String) -> Result<Vec<u8>, RecorderError> {
        if self.is_success() {
            return Ok(self.body);
        }
        let reason = explain(&self.body);
        let message = match (self.header("location"), reason.trim()) {
            (Some(location), _) if self.status.is_redirection() => {
                let to = location.parse().map_or_else(|_| quoted(location), |url: HttpUrl| url.to_string());
                format!("{} answered {}, to {to}, which is not followed", self.url, Status(self.status))
            }
            (_, "") => format!("{} answered {}", self.url, Status(self.status)),
            (_, reason) => format!("{} answered {}: {}", self.url, Status(self.status), quoted(reason)),
        };
        if !matches!(self.status.as_u16(), 429 | 502 | 503 | 504) {
            return Err(RecorderError::new(message));
        }
        let error = RecorderError::retryable(message);
        Err(match self.retry_after {
            Some(wait) => error.after(wait),
            None => error,
        })
    }
}

/// What a server wrote, so short and tame that it can stand in a message.
pub(crate) fn quoted(text: &str) -> String {
    let short: String = text.trim().chars().take(TEXT_LIMIT).collect();
    let cut = if short.len() < text.trim().len() { "…" } else { "" };
    format!("{}{cut}", Escaped(short.trim()))
}

/// A status with what it means, where that is known.
struct Status(StatusCode);

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.as_str())?;
        self.0.canonical_reason().map_or(Ok(()), |reason| write!(f, " {reason}"))
    }
}
