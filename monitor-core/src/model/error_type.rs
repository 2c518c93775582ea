//! What kind of error a call ended with.

/// An error that names its kind by variant rather than by the name of its type.
///
/// `#[derive(ErrorType)]` writes this. The value becomes the `error.type` label, so it must come from a
/// small fixed set and must never be the error's text.
///
/// ```
/// use monitor_core::ErrorType;
///
/// enum Failure { Refused, TimedOut }
///
/// impl ErrorType for Failure {
///     fn error_type(&self) -> &'static str {
///         match self {
///             Failure::Refused => "refused",
///             Failure::TimedOut => "timed_out",
///         }
///     }
/// }
/// assert_eq!(Failure::Refused.error_type(), "refused");
/// # let _ = Failure::TimedOut;
/// ```
pub trait ErrorType {
    /// The kind of this error.
    fn error_type(&self) -> &'static str;
}

impl<E: ErrorType + ?Sized> ErrorType for Box<E> {
    fn error_type(&self) -> &'static str {
        E::error_type(self)
    }
}

impl<E: ErrorType + ?Sized> ErrorType for &E {
    fn error_type(&self) -> &'static str {
        E::error_type(self)
    }
}
