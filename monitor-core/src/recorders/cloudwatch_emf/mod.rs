//! Metrics in CloudWatch's embedded format.

mod config;
mod dimensions;
mod encode;
mod output;
#[cfg(test)]
mod tests;

use std::collections::VecDeque;
use std::env;
use std::fmt;
use std::time::Duration;
use std::time::SystemTime;

pub use config::{Histograms, StorageResolution};
pub use dimensions::DimensionSet;

use crate::export::moment::after;
use crate::metric::Deltas;
use crate::metric::Snapshot;
use crate::model::Signals;
use crate::recorder::Configured;
use crate::recorder::Delivery;
use crate::recorder::Recorder;
use crate::recorder::RecorderError;
use crate::recorder::SnapshotSource;
use crate::recorders::cloudwatch_emf::config::ENDPOINT;
use crate::recorders::cloudwatch_emf::encode::Lines;
use crate::recorders::cloudwatch_emf::encode::Wording;
use crate::recorders::cloudwatch_emf::output::Output;

/// So many bytes may wait for an agent that does not run, or a disk that is full; beyond that the oldest lines go.
const WAITING: usize = 8 << 20;

/// Writes metrics in the embedded metric format of Amazon CloudWatch, one JSON object a line: to standard output, where
/// Lambda and the log drivers of containers read it, to a file, or to the CloudWatch agent.
///
/// ```
/// use monitor_core::recorders::cloudwatch_emf::{DimensionSet, Histograms};
/// use monitor_core::{Monitor, monitored, recorders::CloudWatchEmf};
///
/// #[monitored]
/// fn answer() {}
///
/// let emf = CloudWatchEmf::default()
///     .namespace("Shop/Checkout")?
///     .dimensions([DimensionSet::of(["service.name", "function"]), DimensionSet::of(["function", "outcome"])])
///     .histograms(Histograms::Values);
/// let monitor = Monitor::builder().recorder(emf).build();
/// monitor.scope(answer);
/// # Ok::<(), monitor_core::SettingError>(())
/// ```
///
/// Or by configuration alone, here with all that can be said:
///
/// ```text
/// MONITOR_RECORDERS=cloudwatch_emf
/// MONITOR_CLOUDWATCH_EMF_ADDRESS=tcp://127.0.0.1:25888  # the agent, also udp://; else AWS_EMF_AGENT_ENDPOINT, else
/// MONITOR_CLOUDWATCH_EMF_PATH=-                         # a file, or - for standard output, as without either
/// MONITOR_CLOUDWATCH_EMF_NAMESPACE=Shop/Checkout        # else AWS_EMF_NAMESPACE, else the service's name
/// MONITOR_CLOUDWATCH_EMF_DIMENSIONS=all,function+outcome,none
/// MONITOR_CLOUDWATCH_EMF_HISTOGRAMS=summary             # or values, distribution
/// MONITOR_CLOUDWATCH_EMF_STORAGE_RESOLUTION=60          # or 1, in seconds
/// MONITOR_CLOUDWATCH_EMF_TIMEOUT=10s
/// ```
///
/// A line, broken here for reading:
///
/// ```json
/// {"_aws":{"Timestamp":1795269916727,"CloudWatchMetrics":[{"Namespace":"Shop/Checkout",
///   "Dimensions":[["function","module","outcome"],[]],"Metrics":[{"Name":"function.calls","Unit":"Count"}]}]},
///  "function":"answer","module":"shop","outcome":"ok","function.calls":17}
/// ```
///
/// # What is told of a metric
///
/// | kind | what |
/// |---|---|
/// | counter | how much was added since the last time; nothing where nothing was |
/// | gauge, up-down counter | the value |
/// | histogram | what came since the last time, in one of the forms of [`Histograms`]; nothing where nothing did |
///
/// * A difference that could not be written is not lost but written the next time, up to 8 MiB of lines.
/// * What has the same labels shares a line, up to 100 metrics and 256 KB (64 kB of a datagram); then there are more lines.
/// * A set of [`dimensions`](CloudWatchEmf::dimensions) has at most 30 names. A label that a series does not have is left
///   out of its sets. Each label is on the line, also where it is in no set, so that CloudWatch Logs can find it.
/// * Units are converted from UCUM: seconds are `Seconds`, `{call}` and plain counts are `Count`; nanoseconds become
///   `Microseconds`, minutes `Seconds`, and `MiBy` and the like `Bytes`, with their values. Any other has none.
/// * Names and values of labels become ASCII, as CloudWatch has them: any other character is `_`, an empty value `(empty)`.
/// * A value that is no finite number, or larger than 2 to the power of 360, which CloudWatch rejects, is left out and
///   counted.
///
/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html>
pub struct CloudWatchEmf {
    wording: Wording,
    timeout: Duration,
    /// None until it is known.
    output: Option<Output>,
    deltas: Deltas,
    /// When the last snapshot was taken that was put into words.
    told: Option<SystemTime>,
    /// Each with its line feed.
    waiting: VecDeque<Vec<u8>>,
    refused: u64,
}

impl fmt::Debug for CloudWatchEmf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CloudWatchEmf").field("output", &self.output).finish_non_exhaustive()
    }
}

impl Default for CloudWatchEmf {
    fn default() -> Self {
        Self {
            wording: Wording::default(),
            timeout: Duration::from_secs(10),
            output: None,
            deltas: Deltas::default(),
            told: None,
            waiting: VecDeque::new(),
            refused: 0,
        }
    }
}

impl CloudWatchEmf {
    /// Puts what is new into lines. From then on it is theirs to arrive: the same snapshot again adds nothing.
    fn tell(&mut self, snapshot: &Snapshot, limit: usize) {
        if self.told == Some(snapshot.taken()) {
            return;
        }
        let since = self.deltas.since_last(snapshot);
        let Lines { lines, refused } = encode::lines(&since, &self.wording, limit);
        self.deltas.commit(snapshot);
        self.told = Some(snapshot.taken());
        self.refused += refused;
        for mut line in lines {
            line.push(b'\n');
            self.waiting.push_back(line);
        }
        let mut bytes: usize = self.waiting.iter().map(Vec::len).sum();
        while bytes > WAITING
            && let Some(gone) = self.waiting.pop_front()
        {
            bytes -= gone.len();
            self.refused += 1;
        }
    }
}

impl Recorder for CloudWatchEmf {
    fn name(&self) -> &str {
        Self::NAME
    }

    fn signals(&self) -> Signals {
        Signals::METRICS
    }

    fn delivery(&self) -> Delivery {
        Delivery::local()
    }

    fn start(&mut self, _: &SnapshotSource) -> Result<(), RecorderError> {
        let wrong = |error| RecorderError::new(format!("{error}"));
        if self.wording.namespace.is_none() {
            self.wording.namespace = config::namespace_here().map_err(wrong)?;
        }
        if self.output.is_none() {
            self.output = Some(config::by_variable(env::var(ENDPOINT).ok().as_deref()).map_err(wrong)?);
        }
        self.output.as_mut().map_or(Ok(()), Output::open)
    }

    fn metrics(&mut self, snapshot: &Snapshot) -> Result<(), RecorderError> {
        let Some(limit) = self.output.as_ref().map(Output::limit) else {
            return Err(RecorderError::retryable("the recorder was not started"));
        };
        self.tell(snapshot, limit);
        let Some(output) = &mut self.output else { return Ok(()) };
        if !self.waiting.is_empty() {
            let (settled, written) = output.write(self.waiting.make_contiguous(), after(self.timeout));
            self.waiting.drain(..settled);
            written?;
        }
        match std::mem::take(&mut self.refused) {
            0 => Ok(()),
            refused => Err(RecorderError::rejected(
                0,
                format!(
                    "{refused} values were left out: no finite numbers, too large, or too many for lines that waited"
                ),
            )),
        }
    }
}
