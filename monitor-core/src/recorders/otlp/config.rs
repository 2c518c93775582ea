//! How an OTLP recorder is made: in code, or as configuration and environment say.

use std::env;
use std::ffi::OsString;
use std::time::Duration;

use crate::export::http::Compression;
use crate::export::http::HttpHeaders;
use crate::export::http::HttpProxy;
use crate::export::http::HttpUrl;
use crate::export::http::LinkLocal;
use crate::export::http::TlsFiles;
use crate::model::Signals;
use crate::recorder::Configured;
use crate::recorder::SettingError;
use crate::recorder::Settings;
use crate::recorders::Otlp;
use crate::recorders::otlp::Histograms;
use crate::recorders::otlp::Protocol;
use crate::recorders::otlp::Temporality;
use crate::recorders::otlp::Way;
use crate::recorders::otlp::environment;
use crate::recorders::otlp::feeding;
use crate::recorders::otlp::feeding::Feeding;
use crate::recorders::otlp::flags::Wanted;
use crate::recorders::otlp::way::Signal;
use crate::recorders::otlp::way::Ways;

/// What can be said about it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Options {
    /// What was said to us.
    pub(crate) ways: Ways,
    /// What was said to everything that speaks OTLP.
    pub(crate) environment: Ways,
    pub(crate) proxy: HttpProxy,
    pub(crate) link_local: LinkLocal,
    pub(crate) temporality: Temporality,
    pub(crate) histograms: Histograms,
    pub(crate) only: Option<Signals>,
    pub(crate) feeding: Feeding,
}

impl Options {
    pub(crate) fn signals(&self) -> Signals {
        self.only.unwrap_or(Signals::ALL)
    }

    /// In which form a signal is sent.
    fn protocol(&self, signal: Signal) -> Protocol {
        self.ways.protocol(&self.environment, signal)
    }

    fn all(&mut self, change: impl FnOnce(Way) -> Way) {
        self.ways.all = change(std::mem::take(&mut self.ways.all));
    }
}

impl Otlp {
    /// As the variables `OTEL_EXPORTER_OTLP_*`, `OTEL_BSP_*` and `OTEL_BLRP_*` of the environment say, by OpenTelemetry's
    /// rules: empty is as good as not set, and words may be in capitals.
    ///
    /// ```
    /// use monitor_core::recorders::Otlp;
    ///
    /// let otlp = Otlp::from_env()?.endpoint("http://localhost:4318".parse()?);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// A variable has a value that means nothing: the error names it, the value, and what was expected.
    pub fn from_env() -> Result<Self, SettingError> {
        Self::from_variables(env::vars_os())
    }

    pub(crate) fn from_variables(
        variables: impl IntoIterator<Item = (OsString, OsString)>,
    ) -> Result<Self, SettingError> {
        let variables: Vec<_> = variables.into_iter().collect();
        let feeding = feeding::read(&variables)?;
        let mut said = environment::settings(variables)?;
        let environment = Ways::read(&mut said)?;
        let mut options = Options { environment, feeding, ..Options::default() };
        said.take_into("temporality", &mut options.temporality)?;
        said.take_into("histograms", &mut options.histograms)?;
        Ok(Self { options, ..Self::default() })
    }

    /// Sends to this server. `/v1/traces`, `/v1/metrics` and `/v1/logs` are put behind its path, other than in gRPC, which
    /// needs no path.
    #[must_use]
    pub fn endpoint(mut self, url: HttpUrl) -> Self {
        self.options.all(|way| way.endpoint(url));
        self
    }

    /// Sends in this form.
    #[must_use]
    pub fn protocol(mut self, protocol: Protocol) -> Self {
        self.options.all(|way| way.protocol(protocol));
        self
    }

    /// Adds these headers to each request, in gRPC as metadata.
    #[must_use]
    pub fn headers(mut self, headers: HttpHeaders) -> Self {
        self.options.all(|way| way.headers(headers));
        self
    }

    /// Packs each request so.
    #[must_use]
    pub fn compression(mut self, compression: Compression) -> Self {
        self.options.all(|way| way.compression(compression));
        self
    }

    /// Gives up one request after this time: looking up the host, connecting, sending and reading together.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.options.all(|way| way.timeout(timeout));
        self
    }

    /// Trusts and shows the certificates in these files.
    #[must_use]
    pub fn tls(mut self, files: TlsFiles) -> Self {
        self.options.all(|way| way.tls(files));
        self
    }

    /// Sends spans another way than the rest.
    #[must_use]
    pub fn traces_way(mut self, way: Way) -> Self {
        self.options.ways.traces = way;
        self
    }

    /// Sends metrics another way than the rest.
    #[must_use]
    pub fn metrics_way(mut self, way: Way) -> Self {
        self.options.ways.metrics = way;
        self
    }

    /// Sends events another way than the rest.
    #[must_use]
    pub fn logs_way(mut self, way: Way) -> Self {
        self.options.ways.logs = way;
        self
    }

    /// Sends through this proxy. gRPC goes through one over plain HTTP only, and is not sent at all where another is named.
    #[must_use]
    pub fn proxy(mut self, proxy: HttpProxy) -> Self {
        self.options.proxy = proxy;
        self
    }

    /// Sends to addresses of the own link too, such as 169.254.0.1, which are refused otherwise: services that hand out a
    /// machine's credentials live there.
    #[must_use]
    pub fn allow_link_local(mut self) -> Self {
        self.options.link_local = LinkLocal::Allowed;
        self
    }

    /// Tells counters and histograms as sums since the start, or as what came since the last time.
    #[must_use]
    pub fn temporality(mut self, temporality: Temporality) -> Self {
        self.options.temporality = temporality;
        self
    }

    /// Tells histograms that declare no bounds in these buckets.
    #[must_use]
    pub fn histograms(mut self, histograms: Histograms) -> Self {
        self.options.histograms = histograms;
        self
    }

    /// Sends these signals only; the others are not even recorded, if nobody else takes them.
    #[must_use]
    pub fn only(mut self, signals: Signals) -> Self {
        self.options.only = Some(signals);
        self
    }
}

impl Configured for Otlp {
    const NAME: &'static str = "otlp";
    const ABOUT: &'static str = "traces, metrics and logs in OpenTelemetry's protocol";

    fn open(settings: &mut Settings) -> Result<Self, SettingError> {
        let mut otlp = Self::from_env()?;
        otlp.heed(settings)?;
        Ok(otlp)
    }
}

impl Otlp {
    /// What is said to us goes before what is said to everything that speaks OTLP.
    pub(crate) fn heed(&mut self, settings: &mut Settings) -> Result<(), SettingError> {
        let options = &mut self.options;
        options.ways = Ways::read(settings)?;
        settings.take_into("proxy", &mut options.proxy)?;
        if let HttpProxy::Through(url) = &options.proxy
            && url.is_encrypted()
            && Signal::ALL.into_iter().any(|signal| options.protocol(signal) == Protocol::Grpc)
        {
            let problem =
                format!("gRPC goes through no encrypted proxy, such as {url}; `http/protobuf` does");
            return Err(settings.error("proxy", problem));
        }
        settings.take_into("link_local", &mut options.link_local)?;
        settings.take_into("temporality", &mut options.temporality)?;
        settings.take_into("histograms", &mut options.histograms)?;
        options.only = settings.take("only")?.map(|Wanted(signals)| signals);
        Ok(())
    }
}
