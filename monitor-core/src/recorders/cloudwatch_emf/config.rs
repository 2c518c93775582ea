//! What can be said about it, in code and in configuration.

use std::env;
use std::io::Write;
use std::path::Path;
use std::path::PathBuf;
use std::time::Duration;

use crate::export::file::RecordFile;
use crate::export::socket::Socket;
use crate::export::socket::SocketAddress;
use crate::export::socket::Transport;
use crate::export::stream::Stream;
use crate::recorder::Configured;
use crate::recorder::FromSetting;
use crate::recorder::SettingError;
use crate::recorder::Settings;
use crate::recorders::CloudWatchEmf;
use crate::recorders::cloudwatch_emf::dimensions::DimensionSet;
use crate::recorders::cloudwatch_emf::encode::Namespace;
use crate::recorders::cloudwatch_emf::output::Output;

/// Where the agent listens.
pub(crate) const AGENT: u16 = 25_888;
/// The variables by which AWS's own libraries for the format find the agent and name the namespace.
pub(crate) const ENDPOINT: &str = "AWS_EMF_AGENT_ENDPOINT";
const NAMESPACE: &str = "AWS_EMF_NAMESPACE";

/// What is told of a distribution, once an interval.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub enum Histograms {
    /// One metric, with up to 100 values and how often each came, so that all statistics of CloudWatch work, over time and
    /// over hosts. The format's description does not know this form; it is what the exporter of the OpenTelemetry
    /// Collector, by AWS, sends.
    Distribution,
    /// Metrics of their own for the number of values, sum, smallest, largest and quantiles: `name.count`, `name.sum`,
    /// `name.min`, `name.max`, `name.p50`, `name.p90`, `name.p99`. Exact but for the quantiles, which cannot be put
    /// together over time or hosts; CloudWatch charges for seven metrics.
    #[default]
    Summary,
    /// One metric with the values, so that quantiles of CloudWatch work; of more than 100 values, 100 of even rank. Then
    /// the number of values and their sum, which CloudWatch cannot know any more, are `name.count` and `name.sum`.
    Values,
}

impl FromSetting for Histograms {
    const EXPECTED: &'static str = "`distribution`, `summary` or `values`";

    fn from_setting(text: &str) -> Option<Self> {
        match text {
            "distribution" => Some(Histograms::Distribution),
            "summary" => Some(Histograms::Summary),
            "values" => Some(Histograms::Values),
            _ => None,
        }
    }
}

/// How exact CloudWatch keeps times.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum StorageResolution {
    /// To the minute.
    Minute,
    /// To the second, which CloudWatch charges for.
    Second,
}

impl StorageResolution {
    pub(crate) const fn seconds(self) -> u8 {
        match self {
            StorageResolution::Minute => 60,
            StorageResolution::Second => 1,
        }
    }
}

impl FromSetting for StorageResolution {
    const EXPECTED: &'static str = "`1` or `60`, in seconds";

    fn from_setting(text: &str) -> Option<Self> {
        match text {
            "1" => Some(StorageResolution::Second),
            "60" => Some(StorageResolution::Minute),
            _ => None,
        }
    }
}

impl FromSetting for Namespace {
    const EXPECTED: &'static str = Namespace::EXPECTED;

    fn from_setting(text: &str) -> Option<Self> {
        text.parse().ok()
    }
}

impl CloudWatchEmf {
    /// Writes to `output`, such as a file that something else reads.
    pub fn to(output: impl Write + Send + 'static) -> Self {
        Self { output: Some(Output::Stream(Stream::new(output))), ..Self::default() }
    }

    /// Sends to the CloudWatch agent at this address, by TCP and to port 25888 where it says nothing else. By default to
    /// where `AWS_EMF_AGENT_ENDPOINT` says; without that, lines go to standard output.
    #[must_use]
    pub fn address(mut self, address: &SocketAddress) -> Self {
        self.output = Some(Output::Socket(Socket::new(address, Transport::Tcp, AGENT)));
        self
    }

    /// Appends to the file at `path`, which the agent or another shipper of logs reads.
    #[must_use]
    pub fn path(mut self, path: impl Into<PathBuf>) -> Self {
        self.output = Some(Output::File(RecordFile::new(path)));
        self
    }

    /// Where the metrics belong: what `AWS_EMF_NAMESPACE` says by default, else the name of the service.
    ///
    /// # Errors
    ///
    /// It is no namespace: those have at most 255 letters, digits, spaces and `.-_/#:`, and `AWS/` is not for everybody.
    pub fn namespace(mut self, namespace: &str) -> Result<Self, SettingError> {
        let wrong = |error| SettingError::new("cloudwatch_emf.namespace", format!("`{namespace}`: {error}"));
        self.wording.namespace = Some(namespace.parse().map_err(wrong)?);
        Ok(self)
    }

    /// By which labels series can be told apart: by default by all labels, and once more by none, for the sum of all.
    #[must_use]
    pub fn dimensions(mut self, sets: impl IntoIterator<Item = DimensionSet>) -> Self {
        let sets: Vec<_> = sets.into_iter().collect();
        self.wording.dimensions = if sets.is_empty() { vec![DimensionSet::none()] } else { sets };
        self
    }

    /// What is told of distributions: a summary by default.
    #[must_use]
    pub fn histograms(mut self, histograms: Histograms) -> Self {
        self.wording.histograms = histograms;
        self
    }

    /// How exact CloudWatch keeps times: to the minute by default.
    #[must_use]
    pub fn storage_resolution(mut self, resolution: StorageResolution) -> Self {
        self.wording.resolution = Some(resolution.seconds());
        self
    }

    /// How long sending takes at most, ten seconds by default.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }
}

impl Configured for CloudWatchEmf {
    const NAME: &'static str = "cloudwatch_emf";
    const ABOUT: &'static str =
        "metrics in CloudWatch's embedded format, to standard output, a file or the agent";

    fn open(settings: &mut Settings) -> Result<Self, SettingError> {
        let mut emf = CloudWatchEmf::default();
        let address = settings.take::<SocketAddress>("address")?;
        let path = settings.take::<PathBuf>("path")?;
        match (address, path) {
            (Some(_), Some(_)) => return Err(settings.error("path", "say `address` or `path`, not both")),
            (Some(address), None) => emf = emf.address(&address),
            (None, Some(path)) if path == Path::new("-") => emf = Self::to(std::io::stdout()),
            (None, Some(path)) => emf = emf.path(path),
            (None, None) => emf.output = Some(by_variable(env::var(ENDPOINT).ok().as_deref())?),
        }
        emf.wording.namespace = settings.take::<Namespace>("namespace")?.or(emf.wording.namespace);
        if emf.wording.namespace.is_none() {
            emf.wording.namespace = namespace_here()?;
        }
        if let Some(sets) = settings.take::<Vec<DimensionSet>>("dimensions")? {
            emf = emf.dimensions(sets);
        }
        if let Some(histograms) = settings.take("histograms")? {
            emf = emf.histograms(histograms);
        }
        if let Some(resolution) = settings.take("storage_resolution")? {
            emf = emf.storage_resolution(resolution);
        }
        if let Some(timeout) = settings.take("timeout")? {
            emf = emf.timeout(timeout);
        }
        Ok(emf)
    }
}

/// Where lines go as far as the environment says it: to the agent, or to standard output.
pub(crate) fn by_variable(endpoint: Option<&str>) -> Result<Output, SettingError> {
    let Some(text) = endpoint.map(str::trim).filter(|text| !text.is_empty()) else {
        return Ok(Output::Stream(Stream::new(std::io::stdout())));
    };
    let address: SocketAddress =
        text.parse().map_err(|error| SettingError::new(ENDPOINT, format!("{error}")))?;
    Ok(Output::Socket(Socket::new(&address, Transport::Tcp, AGENT)))
}

/// The namespace that the environment says.
pub(crate) fn namespace(text: Option<&str>) -> Result<Option<Namespace>, SettingError> {
    let Some(text) = text.map(str::trim).filter(|text| !text.is_empty()) else { return Ok(None) };
    let wrong = |error| SettingError::new(NAMESPACE, format!("`{text}`: {error}"));
    text.parse().map(Some).map_err(wrong)
}

/// The namespace that the environment of this process says.
pub(crate) fn namespace_here() -> Result<Option<Namespace>, SettingError> {
    namespace(env::var(NAMESPACE).ok().as_deref())
}
