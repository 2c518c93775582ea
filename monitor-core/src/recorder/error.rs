//! Why a recorder could not ship a batch.

use std::fmt;
use std::time::Duration;

/// Why a recorder could not ship a batch, and what the runtime is to do about it.
///
/// ```
/// use monitor_core::RecorderError;
///
/// let error = RecorderError::new("127.0.0.1:4317 does not know the format: 400 Bad Request");
/// assert_eq!(error.to_string(), "127.0.0.1:4317 does not know the format: 400 Bad Request");
/// assert!(!error.is_retryable());
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct RecorderError {
    message: String,
    kind: Kind,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Kind {
    Permanent,
    Rejected(u64),
    Retryable { after: Option<Duration> },
}

impl RecorderError {
    /// An error that another try would not mend: the batch is dropped. The message says what went wrong and where.
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), kind: Kind::Permanent }
    }

    /// An error that may pass, such as a refused connection: the runtime tries the same batch again, after a while and
    /// within the limits of the recorder's [`Delivery`](crate::Delivery).
    ///
    /// ```
    /// use monitor_core::RecorderError;
    /// use std::time::Duration;
    ///
    /// let busy = RecorderError::retryable("503 Service Unavailable").after(Duration::from_secs(7));
    /// assert_eq!(busy.retry_after(), Some(Duration::from_secs(7)));
    /// ```
    pub fn retryable(message: impl Into<String>) -> Self {
        Self { message: message.into(), kind: Kind::Retryable { after: None } }
    }

    /// The other side took the batch but for so many of it: they are counted as dropped, the rest as exported, and
    /// there is no other try.
    pub fn rejected(count: u64, message: impl Into<String>) -> Self {
        Self { message: message.into(), kind: Kind::Rejected(count) }
    }

    /// The other side asks not to be tried before so much time has passed. Changes nothing in an error that is not
    /// retryable.
    #[must_use]
    pub fn after(mut self, wait: Duration) -> Self {
        if let Kind::Retryable { after } = &mut self.kind {
            *after = Some(wait);
        }
        self
    }

    /// Whether another try may mend it.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        matches!(self.kind, Kind::Retryable { .. })
    }

    /// How long the other side asks to wait, if it does.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        match self.kind {
            Kind::Retryable { after } => after,
            Kind::Permanent | Kind::Rejected(_) => None,
        }
    }

    /// How many of the batch were refused, where the rest was taken.
    #[must_use]
    pub fn rejected_count(&self) -> Option<u64> {
        match self.kind {
            Kind::Rejected(count) => Some(count),
            Kind::Permanent | Kind::Retryable { .. } => None,
        }
    }
}

impl fmt::Display for RecorderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for RecorderError {}

impl From<std::io::Error> for RecorderError {
    /// Retryable: disks are emptied, and peers come back.
    fn from(error: std::io::Error) -> Self {
        Self::retryable(error.to_string())
    }
}
