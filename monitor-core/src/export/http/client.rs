//! One request, one answer, one time limit for all of it.

use std::time::Duration;
use std::time::SystemTime;

use ureq::Agent;
use ureq::http::HeaderMap;
use ureq::http::Request;
use ureq::http::header::CONTENT_ENCODING;
use ureq::http::header::CONTENT_TYPE;
use ureq::http::header::RETRY_AFTER;
use ureq::unversioned::resolver::DefaultResolver;
use ureq::unversioned::transport::DefaultConnector;

use crate::export::http::Answer;
use crate::export::http::HttpHeaders;
use crate::export::http::HttpProxy;
use crate::export::http::HttpUrl;
use crate::export::http::TlsFiles;
use crate::export::http::body;
use crate::export::http::body::Unreadable;
use crate::export::http::failure::failure;
use crate::export::http::proxy::Route;
use crate::export::http::resolver::Guarded;
use crate::export::http::resolver::LinkLocal;
use crate::export::http::retry_after::retry_after;
use crate::export::http::tls::TlsMaterial;
use crate::recorder::RecorderError;

/// How the bodies of requests are packed.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Compression {
    /// By gzip, at its fastest.
    Gzip,
    /// Not at all.
    #[default]
    None,
}

/// What is longer than a day is as good as no limit, and much longer than that would be no moment any more.
const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);

/// How requests are made.
#[derive(Clone, Debug)]
pub(crate) struct HttpOptions {
    pub(crate) compression: Compression,
    pub(crate) link_local: LinkLocal,
    pub(crate) proxy: HttpProxy,
    /// For the whole of one request.
    pub(crate) timeout: Duration,
    pub(crate) tls: TlsFiles,
}

impl Default for HttpOptions {
    fn default() -> Self {
        Self {
            compression: Compression::None,
            link_local: LinkLocal::Refused,
            proxy: HttpProxy::Environment,
            timeout: Duration::from_secs(10),
            tls: TlsFiles::default(),
        }
    }
}

/// Makes requests, one after the other, and keeps the connection between them.
#[derive(Debug)]
pub(crate) struct Http {
    options: HttpOptions,
    route: Route,
    /// Connections that are not encrypted.
    plain: Option<Agent>,
    encrypted: Option<(TlsMaterial, Agent)>,
}

impl Http {
    pub(crate) fn new(options: HttpOptions) -> Self {
        let route = Route::new(&options.proxy);
        Self { options, route, plain: None, encrypted: None }
    }

    /// Sends a body and waits for the answer, whatever that is.
    ///
    /// # Errors
    ///
    /// There was no answer in time, or none that could be understood.
    pub(crate) fn post(
        &mut self,
        url: &HttpUrl,
        headers: &HttpHeaders,
        content_type: &'static str,
        body: &[u8],
    ) -> Result<Answer, RecorderError> {
        self.post_within(self.options.timeout, url, headers, content_type, body)
    }

    /// The same with a time limit of its own: for who has several requests to make within one.
    ///
    /// # Errors
    ///
    /// There was no answer in time, or none that could be understood.
    pub(crate) fn post_within(
        &mut self,
        limit: Duration,
        url: &HttpUrl,
        headers: &HttpHeaders,
        content_type: &'static str,
        body: &[u8],
    ) -> Result<Answer, RecorderError> {
        let limit = limit.min(LONGEST);
        let mut request = Request::post(url.uri().clone()).header(CONTENT_TYPE, content_type);
        for (name, value) in headers.iter() {
            request = request.header(name, value);
        }
        let packed;
        let sent = match self.options.compression {
            Compression::Gzip => {
                request = request.header(CONTENT_ENCODING, "gzip");
                packed = body::gzip(body)?;
                &packed
            }
            Compression::None => body,
        };
        let request = request.body(sent).map_err(|error| RecorderError::new(format!("{url}: {error}")))?;
        let avoids_proxy = self.route.through(url)?.is_none();
        // An address that is given to a proxy comes by no resolver of ours.
        self.options.link_local.permits(url)?;
        let agent = if url.is_encrypted() { self.encrypted()? } else { self.plain() };
        let mut request = agent.configure_request(request).timeout_global(Some(limit));
        if avoids_proxy {
            request = request.proxy(None);
        }
        let answer = agent.run(request.build()).map_err(|error| failure(url, error, limit))?;
        understand(url, answer, limit)
    }

    fn plain(&mut self) -> &Agent {
        let (options, route) = (&self.options, &self.route);
        self.plain.get_or_insert_with(|| agent(options, route, Agent::config_builder()))
    }

    /// The one whose certificates are those that the files have now.
    fn encrypted(&mut self) -> Result<&Agent, RecorderError> {
        let now = self.options.tls.read()?;
        // What was connected with other certificates is left behind.
        let kept = self.encrypted.take().filter(|(material, _)| *material == now);
        let (material, current) = match kept {
            Some(kept) => kept,
            None => {
                let config = Agent::config_builder().tls_config(now.config()?);
                (now, agent(&self.options, &self.route, config))
            }
        };
        Ok(&self.encrypted.insert((material, current)).1)
    }
}

fn understand(
    url: &HttpUrl,
    answer: ureq::http::Response<ureq::Body>,
    limit: Duration,
) -> Result<Answer, RecorderError> {
    let (head, body) = answer.into_parts();
    let encoding = text(&head.headers, CONTENT_ENCODING.as_str());
    let wrong = |what: &str| Err(RecorderError::new(format!("{url}: {what}")));
    let body = match body::read(body, encoding) {
        Ok(body) => body,
        // What was refused is refused, whatever else is said about it.
        Err(_) if !head.status.is_success() => Vec::new(),
        Err(Unreadable::Encoding) => return wrong("the answer is in an encoding that was not asked for"),
        Err(Unreadable::Garbled) => return wrong("the answer cannot be unpacked"),
        Err(Unreadable::TooLarge) => return wrong("the answer is larger than 4 MiB"),
        Err(Unreadable::Transfer(error)) => return Err(failure(url, error, limit)),
    };
    Ok(Answer {
        url: url.clone(),
        status: head.status,
        retry_after: text(&head.headers, RETRY_AFTER.as_str())
            .and_then(|value| retry_after(value, SystemTime::now())),
        headers: head.headers,
        body,
    })
}

type Config = ureq::config::ConfigBuilder<ureq::typestate::AgentScope>;

fn agent(options: &HttpOptions, route: &Route, config: Config) -> Agent {
    let config = config
        .timeout_global(Some(options.timeout.min(LONGEST)))
        .http_status_as_error(false)
        .max_redirects(0)
        .proxy(route.usual())
        .user_agent(concat!("monitor-core/", env!("CARGO_PKG_VERSION")))
        .build();
    let resolver = Guarded { link_local: options.link_local, names: DefaultResolver::default() };
    Agent::with_parts(config, DefaultConnector::default(), resolver)
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}
