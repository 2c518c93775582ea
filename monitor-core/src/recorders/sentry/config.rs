//! What can be set.

use std::env;
use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use crate::export::http::Compression;
use crate::export::http::HttpOptions;
use crate::export::http::HttpProxy;
use crate::export::http::TlsFiles;
use crate::model::Metadata;
use crate::recorder::Configured;
use crate::recorder::SettingError;
use crate::recorder::Settings;
use crate::recorders::Sentry;
use crate::recorders::sentry::dsn::Dsn;
use crate::recorders::sentry::dsn::DsnError;
use crate::recorders::sentry::encode::Identity;
use crate::recorders::sentry::intake::Intake;
use crate::recorders::sentry::outbox::Outbox;
use crate::recorders::sentry::rate::Rate;

/// How many events before an error are told with it, where nothing else is said: Sentry's own number.
const BREADCRUMBS: usize = 100;
/// The limit of each request, where nothing else is said.
const TIMEOUT: Duration = Duration::from_secs(10);

/// What was said about it.
pub(crate) struct Options {
    pub(crate) dsn: Dsn,
    pub(crate) identity: Identity,
    pub(crate) errors: Rate,
    pub(crate) traces: Rate,
    pub(crate) breadcrumbs: usize,
    pub(crate) timeout: Duration,
    pub(crate) http: HttpOptions,
    /// Which functions are jobs that check in, and as what.
    slugs: Vec<(String, String)>,
}

impl Options {
    pub(crate) fn new(dsn: Dsn) -> Self {
        Self {
            dsn,
            identity: Identity::default(),
            errors: Rate::ALL,
            traces: Rate::ALL,
            breadcrumbs: BREADCRUMBS,
            timeout: TIMEOUT,
            http: default_http(),
            slugs: Vec::new(),
        }
    }

    /// Fills what was not said from the variables that every library for Sentry reads.
    pub(crate) fn or_environment(mut self, read: impl Fn(&str) -> Option<String>) -> Self {
        let found = |name: &str| read(name).filter(|value| !value.trim().is_empty());
        let identity = &mut self.identity;
        identity.release = identity.release.take().or_else(|| found("SENTRY_RELEASE"));
        identity.environment = identity.environment.take().or_else(|| found("SENTRY_ENVIRONMENT"));
        identity.dist = identity.dist.take().or_else(|| found("SENTRY_DIST"));
        self
    }

    /// As what the calls of this function check in.
    pub(crate) fn slug_of(&self, metadata: &Metadata) -> Option<&str> {
        let is_meant = |function: &str| {
            let module = function.strip_suffix(metadata.name);
            module
                .is_some_and(|module| module.is_empty() || module.strip_suffix("::") == Some(metadata.module))
        };
        self.slugs.iter().find(|(function, _)| is_meant(function)).map(|(_, slug)| slug.as_str())
    }
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options")
            .field("dsn", &self.dsn)
            .field("identity", &self.identity)
            .finish_non_exhaustive()
    }
}

impl Configured for Sentry {
    const NAME: &'static str = "sentry";
    const ABOUT: &'static str = "errors, panics, transactions and check-ins to Sentry";

    fn open(settings: &mut Settings) -> Result<Self, SettingError> {
        open(settings, |name| env::var(name).ok())
    }
}

/// Makes one as settings and variables say.
pub(crate) fn open(
    settings: &mut Settings,
    read: impl Fn(&str) -> Option<String>,
) -> Result<Sentry, SettingError> {
    let dsn: Option<String> = settings.take("dsn")?;
    let mut identity = Identity {
        dist: settings.take("dist")?,
        environment: settings.take("environment")?,
        release: settings.take("release")?,
        server_name: settings.take("server_name")?,
        tags: settings.take("tags")?.unwrap_or_default(),
    };
    if settings.take("hide_server_name")?.unwrap_or(false) {
        identity.server_name = Some(String::new());
    }
    let mut http = default_http();
    http.compression = settings.take("compression")?.unwrap_or(http.compression);
    http.proxy = settings.take("proxy")?.unwrap_or_default();
    if let Some(authority) = settings.take::<PathBuf>("certificate")? {
        http.tls = TlsFiles::default().certificate(authority);
    }
    let errors = settings.take("errors_sample_rate")?.unwrap_or(Rate::ALL);
    let traces = settings.take("traces_sample_rate")?.unwrap_or(Rate::ALL);
    let breadcrumbs = settings.take("max_breadcrumbs")?.unwrap_or(BREADCRUMBS);
    let timeout = settings.take("timeout")?.unwrap_or(TIMEOUT);
    let slugs = settings.take("monitor_slug")?.unwrap_or_default();
    // Last, so that even where it is wanting all other settings are known.
    let dsn = match dsn {
        // The error says what is wrong and repeats nothing, as there is a key in it.
        Some(dsn) => dsn.parse().map_err(|error: DsnError| settings.error("dsn", error.to_string()))?,
        None => from_variable(settings, read("SENTRY_DSN").as_deref())?,
    };
    let options = Options { dsn, identity, errors, traces, breadcrumbs, timeout, http, slugs };
    Ok(Sentry::of(options.or_environment(read)))
}

fn default_http() -> HttpOptions {
    HttpOptions { compression: Compression::Gzip, ..HttpOptions::default() }
}

fn from_variable(settings: &Settings, value: Option<&str>) -> Result<Dsn, SettingError> {
    match value.map(str::trim).filter(|value| !value.is_empty()) {
        Some(dsn) => dsn.parse().map_err(|error| SettingError::new("SENTRY_DSN", format!("{error}"))),
        None => Err(settings
            .error("dsn", "there is none; set it, or `SENTRY_DSN`, to one such as `https://key@host/1`")),
    }
}

impl Sentry {
    /// Tells this as the version of the program. By default `SENTRY_RELEASE`, else `service.name@service.version` of the
    /// resource.
    #[must_use]
    pub fn release(mut self, release: impl Into<String>) -> Self {
        self.options.identity.release = Some(release.into());
        self
    }

    /// Tells this as the place where the program is deployed. By default `SENTRY_ENVIRONMENT`, else
    /// `deployment.environment.name` of the resource.
    #[must_use]
    pub fn environment(mut self, environment: impl Into<String>) -> Self {
        self.options.identity.environment = Some(environment.into());
        self
    }

    /// Tells this as the build of the release. By default `SENTRY_DIST`, else what follows the `+` of `service.version`.
    #[must_use]
    pub fn dist(mut self, dist: impl Into<String>) -> Self {
        self.options.identity.dist = Some(dist.into());
        self
    }

    /// Tells this as the name of the machine; by default `host.name` of the resource.
    #[must_use]
    pub fn server_name(mut self, name: impl Into<String>) -> Self {
        self.options.identity.server_name = Some(name.into());
        self
    }

    /// Names no machine: where the name of a computer is that of a person. In configuration `hide_server_name`.
    #[must_use]
    pub fn hide_server_name(self) -> Self {
        self.server_name("")
    }

    /// Adds a tag to every event and transaction. In configuration `tags`, such as `team=shop,tier=1`.
    #[must_use]
    pub fn tag(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.options.identity.tags.push((name.into(), value.into()));
        self
    }

    /// Tells this part of all errors and panics, from 0 to 1; all by default.
    #[must_use]
    pub fn errors_sample_rate(mut self, rate: f64) -> Self {
        self.options.errors = Rate::new(rate);
        self
    }

    /// Tells this part of all traces as transactions, from 0 to 1; all by default, other than in Sentry's own libraries.
    /// Whoever follows OpenTelemetry's consistent sampling keeps the same traces.
    #[must_use]
    pub fn traces_sample_rate(mut self, rate: f64) -> Self {
        self.options.traces = Rate::new(rate);
        self
    }

    /// Tells at most so many of the events before an error with it; 100 by default.
    #[must_use]
    pub fn max_breadcrumbs(mut self, most: usize) -> Self {
        self.options.breadcrumbs = most;
        self.intake = Intake::new(&self.options);
        self
    }

    /// Each call of `function`, which may have its module before it, is a check-in of the monitor with this slug. In
    /// configuration `monitor_slug`, such as `reports::nightly=nightly-reports`. The field `monitor.slug` of a span does
    /// the same for that span.
    ///
    /// ```
    /// use monitor_core::recorders::Sentry;
    ///
    /// let sentry = Sentry::new("https://key@sentry.example/1")?.monitor_slug("reports::nightly", "nightly-reports");
    /// # Ok::<(), monitor_core::recorders::sentry::DsnError>(())
    /// ```
    #[must_use]
    pub fn monitor_slug(mut self, function: impl Into<String>, slug: impl Into<String>) -> Self {
        self.options.slugs.push((function.into(), slug.into()));
        self
    }

    /// Each request is answered within this time, or tried again; 10 seconds by default. A batch, which is one request for
    /// each event and transaction, may take three times as long before it has to wait.
    #[must_use]
    pub fn timeout(self, timeout: Duration) -> Self {
        self.http(|options| options.timeout = timeout)
    }

    /// How requests are packed: by gzip by default.
    #[must_use]
    pub fn compression(self, compression: Compression) -> Self {
        self.http(|options| options.http.compression = compression)
    }

    /// Through which proxy requests go: the one that the environment names by default.
    #[must_use]
    pub fn proxy(self, proxy: HttpProxy) -> Self {
        self.http(|options| options.http.proxy = proxy)
    }

    /// Which servers are trusted. In configuration `certificate`, the file with the certificates that vouch for them.
    #[must_use]
    pub fn tls(self, files: TlsFiles) -> Self {
        self.http(|options| options.http.tls = files)
    }

    /// Changes something about how requests are made.
    fn http(mut self, change: impl FnOnce(&mut Options)) -> Self {
        change(&mut self.options);
        self.outbox = Outbox::new(&self.options);
        self
    }
}
