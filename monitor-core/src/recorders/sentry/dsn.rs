//! Where a project of Sentry is, and the key to it.

use std::fmt;
use std::str::FromStr;

use crate::export::http::HttpUrl;

/// Where a project of Sentry is, and the key to it: `https://KEY@HOST[:PORT][/PATH]/PROJECT`.
///
/// It is shown without the key.
///
/// ```
/// use monitor_core::recorders::sentry::Dsn;
///
/// let dsn: Dsn = "https://0123abcd@sentry.example/42".parse()?;
/// assert_eq!(dsn.to_string(), "https://sentry.example/42");
/// # Ok::<(), monitor_core::recorders::sentry::DsnError>(())
/// ```
#[derive(Clone, Eq, PartialEq)]
pub struct Dsn {
    /// Where envelopes go.
    url: HttpUrl,
    key: String,
    secret: Option<String>,
    shown: String,
}

/// Why a text is no DSN. It repeats nothing of the text.
///
/// ```
/// use monitor_core::recorders::sentry::Dsn;
///
/// let error = "https://sentry.example/42".parse::<Dsn>().unwrap_err();
/// assert_eq!(error.to_string(), "no key before the host; a DSN looks like `https://key@host/1`");
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct DsnError {
    problem: String,
}

impl fmt::Display for DsnError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}; a DSN looks like `https://key@host/1`", self.problem)
    }
}

impl std::error::Error for DsnError {}

impl FromStr for Dsn {
    type Err = DsnError;

    /// # Errors
    ///
    /// The scheme is neither `http` nor `https`, the key, the host or the project is missing, or one of them is not what
    /// it can be.
    fn from_str(text: &str) -> Result<Self, DsnError> {
        let wrong = |problem: &str| DsnError { problem: problem.to_owned() };
        let (scheme, rest) =
            text.trim().split_once("://").ok_or_else(|| wrong("no `https://` at the beginning"))?;
        if scheme != "http" && scheme != "https" {
            return Err(wrong("the scheme is neither `http` nor `https`"));
        }
        if rest.contains(['?', '#']) {
            return Err(wrong("a `?` or `#` in it"));
        }
        let (authority, path) = rest.split_once('/').ok_or_else(|| wrong("no project after the host"))?;
        let (keys, place) = authority.rsplit_once('@').ok_or_else(|| wrong("no key before the host"))?;
        let (key, secret) = match keys.split_once(':') {
            Some((key, secret)) => (key, Some(secret).filter(|secret| !secret.is_empty())),
            None => (keys, None),
        };
        let is_key = |key: &str| {
            !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        };
        if key.is_empty() {
            return Err(wrong("no key before the host"));
        }
        if !is_key(key) || !secret.is_none_or(is_key) {
            return Err(wrong("the key has other characters than letters, digits and `-`"));
        }
        if place.is_empty() || place.starts_with(':') {
            return Err(wrong("no host after the key"));
        }
        let path = path.trim_end_matches('/');
        let (base, project) = path.rsplit_once('/').unwrap_or(("", path));
        if project.is_empty() {
            return Err(wrong("no project after the host"));
        }
        if project.len() > 20 || !project.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(wrong("the project, which is what follows the last `/`, is not a number"));
        }
        let below = if base.is_empty() { String::new() } else { format!("/{base}") };
        let url = format!("{scheme}://{place}{below}/api/{project}/envelope/");
        let url: HttpUrl = url.parse().map_err(|error| DsnError { problem: format!("{error}") })?;
        Ok(Self {
            url,
            key: key.to_owned(),
            secret: secret.map(str::to_owned),
            shown: format!("{scheme}://{place}{below}/{project}"),
        })
    }
}

impl Dsn {
    /// Where envelopes go.
    pub(crate) fn url(&self) -> &HttpUrl {
        &self.url
    }

    /// The value of the header `X-Sentry-Auth`.
    pub(crate) fn authorization(&self, client: &str) -> String {
        let secret =
            self.secret.as_ref().map(|secret| format!(", sentry_secret={secret}")).unwrap_or_default();
        format!("Sentry sentry_version=7, sentry_client={client}, sentry_key={}{secret}", self.key)
    }
}

impl fmt::Display for Dsn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown)
    }
}

impl fmt::Debug for Dsn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Dsn({self})")
    }
}
