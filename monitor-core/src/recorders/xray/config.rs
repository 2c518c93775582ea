//! What can be said about it, in code and in configuration.

use std::env;
use std::time::Duration;

use crate::export::socket::SocketAddress;
use crate::recorder::ByteSize;
use crate::recorder::Configured;
use crate::recorder::FromSetting;
use crate::recorder::RecorderError;
use crate::recorder::SettingError;
use crate::recorder::Settings;
use crate::recorders::XRay;
use crate::recorders::xray::address::DaemonAddress;
use crate::recorders::xray::address::VARIABLE;
use crate::recorders::xray::encode::Wording;
use crate::recorders::xray::sampling::Sampler;
use crate::recorders::xray::sampling::SamplingRules;

/// A document may have 64 kB, and as many fit into the daemon's buffer.
///
/// <https://docs.aws.amazon.com/xray/latest/devguide/xray-api-segmentdocuments.html>
const DATAGRAM: usize = 64_000;
/// A segment with nothing but its name, times and links fits into this.
const SMALLEST_DATAGRAM: usize = 4_096;
/// The most that UDP over IPv4 can carry.
const LARGEST_DATAGRAM: usize = 65_507;
/// The variable by which the X-Ray SDKs name segments.
const NAME_VARIABLE: &str = "AWS_XRAY_TRACING_NAME";

/// What was said about it.
#[derive(Debug)]
pub(crate) struct Config {
    address: Option<SocketAddress>,
    pub(crate) wording: Wording,
    pub(crate) datagram: usize,
    pub(crate) timeout: Duration,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            address: None,
            wording: Wording::default(),
            datagram: DATAGRAM,
            timeout: Duration::from_secs(10),
        }
    }
}

impl Config {
    /// Where the daemon is: what was said; else what the environment says; else on this machine.
    pub(crate) fn daemon(&self) -> Result<SocketAddress, RecorderError> {
        let said = self.address.clone().map(Ok);
        let daemon = said.unwrap_or_else(|| daemon(env::var(VARIABLE).ok().as_deref()));
        daemon.map_err(|problem| RecorderError::new(format!("{VARIABLE}: {problem}")))
    }
}

/// Where a value of the variable says that the daemon is.
pub(crate) fn daemon(variable: Option<&str>) -> Result<SocketAddress, String> {
    let Some(text) = variable.map(str::trim).filter(|text| !text.is_empty()) else {
        return Ok(DaemonAddress::default().0);
    };
    let wrong = || format!("`{text}` is not {}", DaemonAddress::EXPECTED);
    DaemonAddress::from_setting(text).map(|DaemonAddress(address)| address).ok_or_else(wrong)
}

impl XRay {
    /// Where the daemon is: what `AWS_XRAY_DAEMON_ADDRESS` says by default, else port 2000 of this machine.
    #[must_use]
    pub fn address(mut self, address: SocketAddress) -> Self {
        self.config.address = Some(address);
        self
    }

    /// Which fields become annotations, by which traces are found. All short ones by default.
    #[must_use]
    pub fn annotations<N: Into<String>>(mut self, fields: impl IntoIterator<Item = N>) -> Self {
        self.config.wording.annotations = Some(fields.into_iter().map(Into::into).collect());
        self
    }

    /// The name of every segment: that of the service, as the service's map is to show it. By default what
    /// `AWS_XRAY_TRACING_NAME` says; without that, a segment that answers another process has the name of the service,
    /// and any other the name of its span.
    #[must_use]
    pub fn segment_name(mut self, name: impl Into<String>) -> Self {
        self.config.wording.segment_name = Some(name.into());
        self
    }

    /// Where the service runs, such as `AWS::ECS::Container`. By default what the resource's `cloud.platform` says.
    #[must_use]
    pub fn origin(mut self, origin: impl Into<String>) -> Self {
        self.config.wording.origin = Some(origin.into());
        self
    }

    /// Tells only the traces that the rules choose, of those that no other process has decided of. By default all of these
    /// are told.
    #[must_use]
    pub fn sampling_rules(mut self, rules: SamplingRules) -> Self {
        self.sampler = Sampler::new(rules);
        self
    }

    /// At most so many bytes are sent at once, 64,000 by default, never fewer than 4,096 or more than 65,507. On a system
    /// that sends less, such as macOS with its 9,216, say so here.
    #[must_use]
    pub fn max_datagram(mut self, bytes: usize) -> Self {
        self.config.datagram = bytes.clamp(SMALLEST_DATAGRAM, LARGEST_DATAGRAM);
        self
    }

    /// So many spans may wait for the segment that they are parts of, 10,000 by default, and 16 MiB of them. Where there
    /// are more, the oldest go on their own.
    #[must_use]
    pub fn max_waiting(mut self, spans: usize) -> Self {
        self.waiting.bounds_mut().spans = spans;
        self
    }

    /// A span waits so long for the segment that it is a part of, 30 seconds by default. Then it becomes one itself.
    #[must_use]
    pub fn patience(mut self, patience: Duration) -> Self {
        self.waiting.bounds_mut().patience = patience;
        self
    }

    /// How long sending takes at most, ten seconds by default.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.config.timeout = timeout;
        self
    }
}

impl Configured for XRay {
    const NAME: &'static str = "xray";
    const ABOUT: &'static str = "segments to the AWS X-Ray daemon, over UDP";

    fn open(settings: &mut Settings) -> Result<Self, SettingError> {
        let mut xray = XRay::default();
        match settings.take::<DaemonAddress>("address")? {
            Some(DaemonAddress(address)) => xray = xray.address(address),
            None => {
                let said = env::var(VARIABLE).ok();
                daemon(said.as_deref()).map_err(|problem| SettingError::new(VARIABLE, problem))?;
            }
        }
        if let Some(fields) = settings.take::<Vec<String>>("annotations")? {
            xray = xray.annotations(fields);
        }
        if let Some(name) = settings.take::<String>("segment_name")?.or_else(|| env::var(NAME_VARIABLE).ok())
        {
            xray = xray.segment_name(name);
        }
        if let Some(origin) = settings.take::<String>("origin")? {
            xray = xray.origin(origin);
        }
        if let Some(path) = settings.take::<String>("sampling_rules")? {
            let rules = SamplingRules::read(&path);
            let wrong = |error| settings.error("sampling_rules", format!("{error}"));
            xray = xray.sampling_rules(rules.map_err(wrong)?);
        }
        if let Some(ByteSize(bytes)) = settings.take("max_datagram")? {
            xray = xray.max_datagram(usize::try_from(bytes).unwrap_or(usize::MAX));
        }
        if let Some(spans) = settings.take::<u64>("max_waiting")? {
            xray = xray.max_waiting(usize::try_from(spans).unwrap_or(usize::MAX));
        }
        if let Some(patience) = settings.take("patience")? {
            xray = xray.patience(patience);
        }
        if let Some(timeout) = settings.take("timeout")? {
            xray = xray.timeout(timeout);
        }
        Ok(xray)
    }
}
