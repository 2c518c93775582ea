//! The inside of a batch: records, with what lies before them.

use std::ops::Range;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::time::Duration;
use std::time::SystemTime;

use crate::model::Family;
use crate::model::FieldValue;
use crate::model::Fields;
use crate::model::Metadata;
use crate::model::Own;
use crate::model::Record;
use crate::model::Resource;
use crate::model::Slot;

/// What turns the numbers in a record into what they stand for.
pub(crate) trait Names: Send + Sync {
    fn metadata(&self, source: u32) -> Option<&'static Metadata>;
    fn family(&self, source: u32) -> Option<&'static Family>;
    fn error_type(&self, id: u16) -> Option<&'static str>;
}

/// Names nothing: for a batch that is empty.
struct Nameless;

impl Names for Nameless {
    fn metadata(&self, _: u32) -> Option<&'static Metadata> {
        None
    }

    fn family(&self, _: u32) -> Option<&'static Family> {
        None
    }

    fn error_type(&self, _: u16) -> Option<&'static str> {
        None
    }
}

/// Buffers of batches that are gone, to be used again: fresh memory of this size costs the system more than all that
/// is written to it.
static SPARE: Mutex<Vec<Vec<Record>>> = Mutex::new(Vec::new());
/// The most buffers that are kept.
const KEPT: usize = 4;
/// Smaller ones cost little, and are not kept in the place of large ones.
const LARGE: usize = 1_024;

/// What the numbers and ticks in the records of a batch stand for.
#[derive(Clone)]
pub(crate) struct Origin {
    pub(crate) resource: Resource,
    pub(crate) names: &'static dyn Names,
    /// A moment in ticks and on the wall.
    pub(crate) anchor: (u64, SystemTime),
    pub(crate) seconds_per_tick: f64,
}

impl Default for Origin {
    fn default() -> Self {
        Self {
            resource: Resource::default(),
            names: &Nameless,
            anchor: (0, SystemTime::UNIX_EPOCH),
            seconds_per_tick: 0.0,
        }
    }
}

impl Origin {
    /// The wall-clock time of so many ticks: derived from the monotonic clock and one wall-clock reading
    /// a batch.
    pub(crate) fn time(&self, ticks: u64) -> SystemTime {
        let (anchor, wall) = self.anchor;
        let distance = self.duration(ticks.abs_diff(anchor));
        let moved = if ticks <= anchor { wall.checked_sub(distance) } else { wall.checked_add(distance) };
        moved.unwrap_or(SystemTime::UNIX_EPOCH)
    }

    /// How long so many ticks last.
    pub(crate) fn duration(&self, ticks: u64) -> Duration {
        Duration::try_from_secs_f64(ticks as f64 * self.seconds_per_tick).unwrap_or(Duration::MAX)
    }
}

/// Records of one kind, with their fields.
#[derive(Default)]
pub(crate) struct Records {
    origin: Origin,
    records: Vec<Record>,
    /// Which record has fields, and where in `bytes` they begin.
    fields: Vec<(u32, u32)>,
    bytes: Vec<u8>,
}

impl Drop for Records {
    fn drop(&mut self) {
        let mut records = std::mem::take(&mut self.records);
        if records.capacity() >= LARGE {
            records.clear();
            let mut spare = SPARE.lock().unwrap_or_else(PoisonError::into_inner);
            if spare.len() < KEPT {
                spare.push(records);
            }
        }
    }
}

impl Records {
    pub(crate) fn new(origin: Origin) -> Self {
        Self { origin, records: Vec::new(), fields: Vec::new(), bytes: Vec::new() }
    }

    /// Adds a record, with the payload records that lie before it.
    pub(crate) fn push(&mut self, record: &Slot, payload: &[Slot]) {
        if self.records.capacity() == 0 {
            // Only now, so that a batch that stays empty takes no buffer from another one.
            self.records = SPARE.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default();
        }
        if !payload.is_empty() {
            self.fields.push((self.records.len() as u32, self.bytes.len() as u32));
            payload.iter().for_each(|slot| self.bytes.extend(slot.read().payload()));
        }
        self.records.push(record.read());
    }

    /// Adds a record with these fields.
    pub(crate) fn push_copy(&mut self, record: &Record, bytes: &[u8]) {
        if !bytes.is_empty() {
            self.fields.push((self.records.len() as u32, self.bytes.len() as u32));
            self.bytes.extend_from_slice(bytes);
        }
        self.records.push(*record);
    }

    /// As these, but none.
    pub(crate) fn empty(&self) -> Self {
        Self::new(self.origin.clone())
    }

    /// The same, with room for so many and no more.
    pub(crate) fn empty_for(&self, records: usize) -> Self {
        let mut empty = self.empty();
        empty.records.reserve_exact(records);
        empty
    }

    pub(crate) fn len(&self) -> usize {
        self.records.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.records.is_empty()
    }

    /// How many records without fields take as much memory.
    pub(crate) fn weight(&self) -> usize {
        self.records.len() + self.bytes.len() / size_of::<Record>()
    }

    /// Some records, each with its fields.
    pub(crate) fn iter(&self, range: Range<usize>) -> impl Iterator<Item = (&Record, &[u8])> {
        let before = self.fields.partition_point(|(owner, _)| (*owner as usize) < range.start);
        let mut fields = self.fields.iter().enumerate().skip(before).peekable();
        let positions = range.clone();
        positions.zip(self.records.get(range).unwrap_or_default()).map(move |(position, record)| {
            let bytes = match fields.next_if(|(_, (owner, _))| *owner as usize == position) {
                Some((number, (_, start))) => {
                    let end =
                        self.fields.get(number + 1).map_or(self.bytes.len(), |(_, next)| *next as usize);
                    self.bytes.get(*start as usize..end).unwrap_or_default()
                }
                None => &[],
            };
            (record, bytes)
        })
    }

    pub(crate) fn resource(&self) -> &Resource {
        &self.origin.resource
    }

    pub(crate) fn names(&self) -> &'static dyn Names {
        self.origin.names
    }

    /// The wall-clock time of so many ticks.
    pub(crate) fn time(&self, ticks: u64) -> SystemTime {
        self.origin.time(ticks)
    }

    /// How long so many ticks last.
    pub(crate) fn duration(&self, ticks: u64) -> Duration {
        self.origin.duration(ticks)
    }
}

/// How many fields did not fit.
pub(crate) fn dropped(fields: &Fields<'_>) -> u64 {
    match fields.own(Own::Dropped).next() {
        Some(FieldValue::Unsigned(lost)) => lost,
        _ => 0,
    }
}
