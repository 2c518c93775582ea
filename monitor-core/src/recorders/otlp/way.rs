//! The way to a server: for all signals, or for one.

#[cfg(test)]
mod tests;

use std::path::PathBuf;
use std::time::Duration;

use crate::export::http::Compression;
use crate::export::http::HttpHeaders;
use crate::export::http::HttpUrl;
use crate::export::http::HttpUrlError;
use crate::export::http::TlsFiles;
use crate::recorder::FromSetting;
use crate::recorder::SettingError;
use crate::recorder::Settings;
use crate::recorders::otlp::Protocol;
use crate::recorders::otlp::flags::Limit;

/// How one signal is sent, where that differs from the others: see [`Otlp::traces_way`](crate::recorders::Otlp::traces_way).
///
/// ```
/// use monitor_core::recorders::{Otlp, otlp::Way};
///
/// let elsewhere = Way::default().endpoint("http://traces.example:4318/v1/traces".parse()?);
/// let otlp = Otlp::default().traces_way(elsewhere);
/// # Ok::<(), monitor_core::transport::HttpUrlError>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Way {
    endpoint: Option<HttpUrl>,
    protocol: Option<Protocol>,
    headers: Option<HttpHeaders>,
    compression: Option<Compression>,
    timeout: Option<Duration>,
    tls: Option<TlsFiles>,
}

impl Way {
    /// Sends there: for one signal to exactly this URL.
    #[must_use]
    pub fn endpoint(mut self, url: HttpUrl) -> Self {
        self.endpoint = Some(url);
        self
    }

    /// Sends in this form.
    #[must_use]
    pub fn protocol(mut self, protocol: Protocol) -> Self {
        self.protocol = Some(protocol);
        self
    }

    /// Adds these headers to each request.
    #[must_use]
    pub fn headers(mut self, headers: HttpHeaders) -> Self {
        self.headers = Some(headers);
        self
    }

    /// Packs each request so.
    #[must_use]
    pub fn compression(mut self, compression: Compression) -> Self {
        self.compression = Some(compression);
        self
    }

    /// Gives up one request after this time.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// Trusts and shows the certificates in these files.
    #[must_use]
    pub fn tls(mut self, files: TlsFiles) -> Self {
        self.tls = Some(files);
        self
    }
}

/// One of the three signals of the protocol.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Signal {
    Logs,
    Metrics,
    Traces,
}

impl Signal {
    pub(crate) const ALL: [Signal; 3] = [Signal::Logs, Signal::Metrics, Signal::Traces];

    /// Where it is below a server's URL.
    fn path(self) -> &'static str {
        match self {
            Signal::Logs => "/v1/logs",
            Signal::Metrics => "/v1/metrics",
            Signal::Traces => "/v1/traces",
        }
    }
}

/// The way of all signals, and what is different for some.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ways {
    pub(crate) all: Way,
    pub(crate) logs: Way,
    pub(crate) metrics: Way,
    pub(crate) traces: Way,
}

/// The way of one signal, with nothing left open.
#[derive(Clone, Debug)]
pub(crate) struct Route {
    pub(crate) url: HttpUrl,
    pub(crate) protocol: Protocol,
    pub(crate) headers: HttpHeaders,
    pub(crate) compression: Compression,
    pub(crate) timeout: Duration,
    pub(crate) tls: TlsFiles,
}

impl Ways {
    fn of(&self, signal: Signal) -> &Way {
        match signal {
            Signal::Logs => &self.logs,
            Signal::Metrics => &self.metrics,
            Signal::Traces => &self.traces,
        }
    }

    /// What is said about `signal`, first what counts most.
    fn of_both<'a>(&'a self, others: &'a Ways, signal: Signal) -> [&'a Way; 4] {
        [self.of(signal), &self.all, others.of(signal), &others.all]
    }

    /// In which form `signal` is sent.
    pub(crate) fn protocol(&self, others: &Ways, signal: Signal) -> Protocol {
        first(self.of_both(others, signal), |way| way.protocol).unwrap_or_default()
    }

    /// The way of `signal`: what is said here, or else in `others`; about this signal, or else about all.
    pub(crate) fn route(&self, others: &Ways, signal: Signal) -> Result<Route, HttpUrlError> {
        let ways = self.of_both(others, signal);
        let protocol = self.protocol(others, signal);
        let endpoint = ways.iter().enumerate().find_map(|(place, way)| Some((place, way.endpoint.clone()?)));
        let url = match endpoint {
            // That of one signal is used as it is.
            Some((0 | 2, url)) => url,
            Some((_, url)) if protocol == Protocol::Grpc => url,
            Some((_, url)) => url.join(signal.path())?,
            None if protocol == Protocol::Grpc => "http://localhost:4317".parse()?,
            None => "http://localhost:4318".parse::<HttpUrl>()?.join(signal.path())?,
        };
        Ok(Route {
            url,
            protocol,
            headers: first(ways, |way| way.headers.clone()).unwrap_or_default(),
            compression: first(ways, |way| way.compression).unwrap_or_default(),
            timeout: first(ways, |way| way.timeout).unwrap_or(Duration::from_secs(10)),
            tls: first(ways, |way| way.tls.clone()).unwrap_or_default(),
        })
    }

    /// What `settings` say about each way.
    pub(crate) fn read(settings: &mut Settings) -> Result<Self, SettingError> {
        let nothing = Files::default();
        let (all, files) = read(settings, &ALL, &nothing)?;
        Ok(Self {
            all,
            logs: read(settings, &LOGS, &files)?.0,
            metrics: read(settings, &METRICS, &files)?.0,
            traces: read(settings, &TRACES, &files)?.0,
        })
    }
}

fn first<T>(ways: [&Way; 4], of: impl Fn(&Way) -> Option<T>) -> Option<T> {
    ways.into_iter().find_map(of)
}

/// The keys of one way: endpoint, protocol, headers, compression, timeout, certificate, client certificate, its key.
pub(crate) type Keys = [&'static str; 8];

macro_rules! keys {
    ($prefix:literal) => {
        [
            concat!($prefix, "endpoint"),
            concat!($prefix, "protocol"),
            concat!($prefix, "headers"),
            concat!($prefix, "compression"),
            concat!($prefix, "timeout"),
            concat!($prefix, "certificate"),
            concat!($prefix, "client_certificate"),
            concat!($prefix, "client_key"),
        ]
    };
}

pub(crate) const ALL: Keys = keys!("");
pub(crate) const LOGS: Keys = keys!("logs_");
pub(crate) const METRICS: Keys = keys!("metrics_");
pub(crate) const TRACES: Keys = keys!("traces_");

/// Files as they are named.
#[derive(Clone, Debug, Default)]
struct Files {
    authority: Option<PathBuf>,
    certificate: Option<PathBuf>,
    key: Option<PathBuf>,
}

/// What is said with these keys; a file that is not named is that of `others`, if any file is.
fn read(settings: &mut Settings, keys: &Keys, others: &Files) -> Result<(Way, Files), SettingError> {
    let [endpoint, protocol, headers, compression, timeout, authority, certificate, key] = *keys;
    let files = Files {
        authority: settings.take(authority)?,
        certificate: settings.take(certificate)?,
        key: settings.take(key)?,
    };
    let way = Way {
        endpoint: settings.take(endpoint)?,
        protocol: settings.take(protocol)?,
        headers: settings.take(headers)?,
        compression: settings.take(compression)?,
        timeout: settings.take(timeout)?.map(|Limit(limit)| limit),
        tls: tls(settings, &files, others, (certificate, key))?,
    };
    if way.protocol == Some(Protocol::Grpc) && cfg!(not(feature = "otlp_grpc")) {
        let problem = format!(
            "`grpc` is not in this build; add the feature `otlp_grpc`, or say {}",
            Protocol::EXPECTED
        );
        return Err(settings.error(protocol, problem));
    }
    Ok((way, files))
}

fn tls(
    settings: &Settings,
    files: &Files,
    others: &Files,
    (certificate_key, key_key): (&str, &str),
) -> Result<Option<TlsFiles>, SettingError> {
    if files.authority.is_none() && files.certificate.is_none() && files.key.is_none() {
        return Ok(None);
    }
    let mut tls = TlsFiles::default();
    if let Some(file) = files.authority.as_ref().or(others.authority.as_ref()) {
        tls = tls.certificate(file);
    }
    let certificate = files.certificate.as_ref().or(others.certificate.as_ref());
    let key = files.key.as_ref().or(others.key.as_ref());
    match (certificate, key) {
        (Some(certificate), Some(key)) => Ok(Some(tls.client(certificate, key))),
        (None, None) => Ok(Some(tls)),
        (Some(_), None) => {
            Err(settings.error(certificate_key, format!("needs `{key_key}` as well, the file with its key")))
        }
        (None, Some(_)) => {
            Err(settings.error(key_key, format!("needs `{certificate_key}` as well, whose key it is")))
        }
    }
}
