//! A value that shows nothing.

use std::fmt;

/// What stands where something was taken out.
pub(crate) const ERASED: &str = "<redacted>";

/// A value that shows nothing: not by `Debug`, not by `Display`, and never as a field or a label.
///
/// It is there for passwords, tokens and addresses with a password in them, so that they get nowhere by accident. To
/// capture one as it is does not compile; by `%` or `?` it is the word `<redacted>`; a struct that derives `Debug` shows
/// that word in its place. [`expose`](Self::expose) is the only way in, and easy to search for.
///
/// ```
/// use monitor_core::monitored;
/// use monitor_core::redaction::Sensitive;
///
/// #[monitored(args(user, %password))]
/// fn log_in(user: &str, password: &Sensitive<String>) -> bool {
///     password.expose() == "correct horse"
/// }
///
/// let password = Sensitive::new(String::from("correct horse"));
/// assert!(log_in("ada", &password));
/// assert_eq!(format!("{password} {password:?}"), "<redacted> <redacted>");
/// ```
///
/// ```compile_fail
/// use monitor_core::monitored;
/// use monitor_core::redaction::Sensitive;
///
/// #[monitored(args(password))]
/// fn log_in(password: &Sensitive<String>) {}
/// ```
#[derive(Clone, Copy, Default, Eq, Hash, PartialEq)]
pub struct Sensitive<T>(T);

impl<T> Sensitive<T> {
    /// Wraps a value.
    #[must_use]
    pub const fn new(value: T) -> Self {
        Self(value)
    }

    /// The value itself.
    #[must_use]
    pub const fn expose(&self) -> &T {
        &self.0
    }

    /// Gives the value back.
    #[must_use]
    pub fn into_exposed(self) -> T {
        self.0
    }
}

impl<T> From<T> for Sensitive<T> {
    fn from(value: T) -> Self {
        Self(value)
    }
}

impl<T> fmt::Debug for Sensitive<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(ERASED)
    }
}

impl<T> fmt::Display for Sensitive<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(ERASED)
    }
}
