//! Where a request goes.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use ureq::http::Uri;
use ureq::http::uri::Authority;
use ureq::http::uri::Scheme;

#[cfg(feature = "otlp_grpc")]
use crate::model::percent_decoded;

/// Where a recorder sends its requests: an `http` or `https` URL.
///
/// It is shown without user name, password and query, so that no message tells a secret.
///
/// ```
/// use monitor_core::transport::HttpUrl;
///
/// let url: HttpUrl = "https://me:secret@collector.example:4318/v1/traces?token=x".parse()?;
/// assert_eq!(url.to_string(), "https://collector.example:4318/v1/traces");
/// # Ok::<(), monitor_core::transport::HttpUrlError>(())
/// ```
#[derive(Clone, Eq, PartialEq)]
pub struct HttpUrl {
    uri: Uri,
}

/// Why a text is no URL that a recorder could send to.
///
/// ```
/// use monitor_core::transport::HttpUrl;
///
/// let error = "ftp://collector".parse::<HttpUrl>().unwrap_err();
/// assert_eq!(error.to_string(), "the scheme is `ftp`, but it must be `http` or `https`");
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct HttpUrlError {
    message: String,
}

impl fmt::Display for HttpUrlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for HttpUrlError {}

impl FromStr for HttpUrl {
    type Err = HttpUrlError;

    /// # Errors
    ///
    /// It is no URL, has another scheme than `http` and `https`, or no host.
    fn from_str(text: &str) -> Result<Self, HttpUrlError> {
        let wrong = |message: String| HttpUrlError { message };
        // What the parser says names the kind of fault and repeats nothing of the text.
        let uri: Uri = text.trim().parse().map_err(|error| wrong(format!("no URL: {error}")))?;
        match uri.scheme_str() {
            Some("http" | "https") => {}
            Some(scheme) => {
                return Err(wrong(format!("the scheme is `{scheme}`, but it must be `http` or `https`")));
            }
            None => return Err(wrong("it must begin with `http://` or `https://`".to_owned())),
        }
        let authority = uri.authority().map(Authority::as_str).unwrap_or_default();
        let place = authority.rsplit_once('@').map_or(authority, |(_, place)| place);
        let port = place.rsplit_once(']').map_or(place, |(_, rest)| rest).split_once(':');
        if uri.host().is_none_or(str::is_empty) {
            return Err(wrong("it names no host".to_owned()));
        }
        if port.is_some_and(|(_, port)| !port.parse::<u16>().is_ok_and(|port| port > 0)) {
            return Err(wrong("the port must be a number from 1 to 65535".to_owned()));
        }
        Ok(Self { uri })
    }
}

impl HttpUrl {
    /// The same place with this at the end of its path: `/v1/traces` below `http://host/base/` is `/base/v1/traces`.
    pub(crate) fn join(&self, below: &str) -> Result<Self, HttpUrlError> {
        let query = self.uri.query().map(|query| format!("?{query}")).unwrap_or_default();
        let path = self.uri.path().trim_end_matches('/');
        let text = format!("{}://{}{path}{below}{query}", self.scheme(), self.authority());
        text.parse()
    }

    pub(crate) fn uri(&self) -> &Uri {
        &self.uri
    }

    pub(crate) fn is_encrypted(&self) -> bool {
        self.uri.scheme() == Some(&Scheme::HTTPS)
    }

    /// The host, without the brackets of an IPv6 address.
    pub(crate) fn host(&self) -> &str {
        self.uri.host().unwrap_or_default().trim_start_matches('[').trim_end_matches(']')
    }

    /// The port, that of the scheme where none is given.
    pub(crate) fn port(&self) -> u16 {
        self.uri.port_u16().unwrap_or(if self.is_encrypted() { 443 } else { 80 })
    }

    /// The user name and the password, where there is one of them.
    #[cfg(feature = "otlp_grpc")]
    pub(crate) fn credentials(&self) -> Option<(String, String)> {
        let (said, _) = self.authority().rsplit_once('@')?;
        let (name, password) = said.split_once(':').unwrap_or((said, ""));
        let decoded = |text: &str| percent_decoded(text).unwrap_or_else(|| text.to_owned());
        Some((decoded(name), decoded(password)))
    }

    /// Whether it is on this machine, as far as its name tells.
    pub(crate) fn is_loopback(&self) -> bool {
        let host = self.host();
        let named =
            host.eq_ignore_ascii_case("localhost") || host.to_ascii_lowercase().ends_with(".localhost");
        named || host.parse::<IpAddr>().is_ok_and(|address| address.to_canonical().is_loopback())
    }

    fn scheme(&self) -> &str {
        self.uri.scheme_str().unwrap_or_default()
    }

    fn authority(&self) -> &str {
        self.uri.authority().map(Authority::as_str).unwrap_or_default()
    }
}

impl fmt::Display for HttpUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let authority = self.authority();
        let place = authority.rsplit_once('@').map_or(authority, |(_, place)| place);
        let path = Some(self.uri.path()).filter(|path| *path != "/").unwrap_or_default();
        write!(f, "{}://{place}{path}", self.scheme())
    }
}

impl fmt::Debug for HttpUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "HttpUrl({self})")
    }
}
