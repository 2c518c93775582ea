//! The instruments of others: each name and set of label names is one source of ours.

use std::collections::HashMap;
use std::sync::LazyLock;
use std::sync::OnceLock;
use std::sync::PoisonError;
use std::sync::RwLock;

use metrics::KeyName;
use metrics::Label;
use metrics::SharedString;
use metrics::Unit;

use crate::bridge::metrics::unit::to_ucum;
use crate::dispatch::refuse;
use crate::dispatch::register_foreign;
use crate::metric::InstrumentInfo;
use crate::metric::MetricKind;

/// The most combinations of label values of one instrument, as OpenTelemetry has it.
const MOST_SERIES: u32 = 2_000;
/// The most instruments; what is beyond is refused and counted.
const MOST_INSTRUMENTS: usize = 16_384;

type Described = HashMap<(MetricKind, KeyName), (&'static str, SharedString)>;
type Instruments = HashMap<(MetricKind, String, Vec<String>), &'static Instrument>;

static DESCRIBED: LazyLock<RwLock<Described>> = LazyLock::new(RwLock::default);
static INSTRUMENTS: LazyLock<RwLock<Instruments>> = LazyLock::new(RwLock::default);

/// One instrument of others; it becomes a source with its first value, so that a description may come before.
#[derive(Debug)]
pub(crate) struct Instrument {
    name: KeyName,
    kind: MetricKind,
    labels: Vec<String>,
    registered: OnceLock<Option<u32>>,
}

/// Keeps unit and description for instruments that have no value yet.
pub(crate) fn describe(kind: MetricKind, name: KeyName, unit: Option<Unit>, description: SharedString) {
    let mut described = DESCRIBED.write().unwrap_or_else(PoisonError::into_inner);
    if described.len() < MOST_INSTRUMENTS {
        described.insert((kind, name), (unit.map_or("", to_ucum), description));
    }
}

impl Instrument {
    /// The instrument of this name with labels of these names.
    pub(crate) fn of(kind: MetricKind, name: KeyName, labels: &[Label]) -> Option<&'static Instrument> {
        let names = labels.iter().map(|label| label.key().to_owned()).collect();
        let identity = (kind, name.as_str().to_owned(), names);
        if let Some(found) = INSTRUMENTS.read().unwrap_or_else(PoisonError::into_inner).get(&identity) {
            return Some(found);
        }
        let mut instruments = INSTRUMENTS.write().unwrap_or_else(PoisonError::into_inner);
        if instruments.len() >= MOST_INSTRUMENTS && !instruments.contains_key(&identity) {
            refuse();
            return None;
        }
        let labels = identity.2.clone();
        let instrument = instruments.entry(identity).or_insert_with(|| {
            let registered = OnceLock::new();
            Box::leak(Box::new(Instrument { name, kind, labels, registered }))
        });
        Some(*instrument)
    }

    /// The most combinations of label values.
    pub(crate) const fn max(&self) -> u32 {
        MOST_SERIES
    }

    /// The number of the source, none if it contradicts an earlier one of its name.
    pub(crate) fn source(&'static self) -> Option<u32> {
        *self.registered.get_or_init(|| register_foreign(Box::leak(Box::new(self.info()))))
    }

    fn info(&'static self) -> InstrumentInfo {
        let described = DESCRIBED.read().unwrap_or_else(PoisonError::into_inner);
        let (unit, description) = described.get(&(self.kind, self.name.clone())).cloned().unwrap_or_default();
        InstrumentInfo {
            unit,
            description: description.into_owned().leak(),
            labels: self.labels.iter().map(String::as_str).collect::<Vec<_>>().leak(),
            max: MOST_SERIES,
            ..InstrumentInfo::new(self.name.as_str(), self.kind)
        }
    }
}
