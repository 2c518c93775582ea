//! Headers that a user adds to every request.

use std::fmt;

use ureq::http::HeaderMap;
use ureq::http::HeaderName;
use ureq::http::HeaderValue;

/// Headers that a recorder adds to each of its requests, such as the key of a vendor.
///
/// Values are never shown.
///
/// ```
/// use monitor_core::transport::HttpHeaders;
///
/// let headers = HttpHeaders::default().with("x-api-key", "secret")?;
/// assert_eq!(format!("{headers:?}"), "HttpHeaders(x-api-key)");
/// assert!(headers.with("x-forged", "a\r\nhost: evil").is_err());
/// # Ok::<(), monitor_core::transport::HttpHeadersError>(())
/// ```
#[derive(Clone, Default, Eq, PartialEq)]
pub struct HttpHeaders {
    map: HeaderMap,
}

/// A header that cannot be sent. It names the header, not its value.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct HttpHeadersError {
    message: String,
}

impl fmt::Display for HttpHeadersError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for HttpHeadersError {}

/// What the transport itself says about a request; another word on it could smuggle a second request in.
const OWN: [&str; 5] =
    ["connection", "content-encoding", "content-length", "content-type", "transfer-encoding"];

impl HttpHeaders {
    /// These and one more; it takes the place of one of the same name.
    ///
    /// # Errors
    ///
    /// The name is none, the value has a line break or another control character, or the header is one that says where
    /// a request ends.
    pub fn with(mut self, name: &str, value: &str) -> Result<Self, HttpHeadersError> {
        let wrong = |message: String| HttpHeadersError { message };
        let known = HeaderName::from_bytes(name.as_bytes())
            .map_err(|_| wrong(format!("{name:?} is no name of a header")))?;
        if OWN.contains(&known.as_str()) {
            return Err(wrong(format!("the header `{known}` is set by the recorder itself")));
        }
        let mut value = HeaderValue::from_str(value).map_err(|_| {
            wrong(format!("the value of the header `{known}` has a character that may not be sent"))
        })?;
        value.set_sensitive(true);
        self.map.insert(known, value);
        Ok(self)
    }

    /// These, and of the others what has no place here yet.
    pub(crate) fn or(mut self, others: &HttpHeaders) -> Self {
        for (name, value) in &others.map {
            self.map.entry(name).or_insert_with(|| value.clone());
        }
        self
    }

    /// All of them, as the crates for HTTP have them.
    pub(crate) fn into_map(self) -> HeaderMap {
        self.map
    }

    /// Names and values.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&HeaderName, &HeaderValue)> {
        self.map.iter()
    }
}

impl fmt::Debug for HttpHeaders {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.map.keys().map(HeaderName::as_str).collect();
        write!(f, "HttpHeaders({})", names.join(", "))
    }
}
