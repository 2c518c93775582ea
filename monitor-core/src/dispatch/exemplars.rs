//! Which calls stand for all the others in a histogram: found by whoever takes the spans, at no cost to the calls.

use std::collections::HashMap;

use crate::metric::Exemplar;
use crate::model::GOLDEN;
use crate::model::Head;
use crate::model::Record;
use crate::model::Slot;
use crate::recorder::Origin;

/// Of each series one call a band is kept: a band goes from one duration to four times as long.
const BANDS: usize = 16;
/// A call that takes so many ticks, to the power of two, is in the first band.
const FIRST_BAND: u32 = 8;
/// How many calls are held while a batch is looked through: of those that meet at a place the last one stays.
const PLACES: usize = 256;

/// Calls that stand for others, of everything that was taken at once.
#[derive(Default)]
pub(crate) struct Sample(Vec<Option<Record>>);

impl Sample {
    /// Looks through the records of one thread.
    pub(crate) fn look(&mut self, slots: &[Slot]) {
        self.0.resize(PLACES, None);
        for slot in slots {
            let head = slot.head();
            if head.has(Head::SPAN) && head.has(Head::METRICS) {
                // The bands of a series have places of their own; those of another one lie anywhere.
                let first = (key(head).wrapping_mul(GOLDEN) >> 56) as usize;
                let band = band(slot.ticks().max(0) as u64);
                self.0[(first + band * (PLACES / BANDS)) % PLACES] = Some(slot.read());
            }
        }
    }
}

/// The calls that stand for others, by series.
#[derive(Default)]
pub(crate) struct Exemplars(HashMap<u64, [Option<Record>; BANDS]>);

impl Exemplars {
    /// Keeps what was found, in place of what was found earlier.
    pub(crate) fn keep(&mut self, sample: Sample) {
        for record in sample.0.into_iter().flatten() {
            self.0.entry(key(record.head())).or_default()[band(record.ticks())] = Some(record);
        }
    }

    /// Those of one series, which `ending` tells from others of the slot. `origin` gives the numbers their meaning.
    pub(crate) fn of(&self, source: u32, slot: u16, ending: u32, origin: &Origin) -> Vec<Exemplar> {
        let records = self.0.get(&series_key(source, slot, ending)).into_iter().flatten().flatten();
        let exemplar = |record: &Record| {
            let value = record.ticks() as f64 * origin.seconds_per_tick;
            Exemplar::new(value, origin.time(record.start() + record.ticks()), record.context())
        };
        records.map(exemplar).collect()
    }
}

/// What tells one series from another: source, slot, ending, and no flags.
fn key(head: Head) -> u64 {
    series_key(head.source(), head.slot(), head.ending())
}

fn series_key(source: u32, slot: u16, ending: u32) -> u64 {
    u64::from(source) | u64::from(slot) << 24 | u64::from(ending) << 40
}

fn band(ticks: u64) -> usize {
    let power = ticks.checked_ilog2().unwrap_or(0);
    ((power.saturating_sub(FIRST_BAND) / 2) as usize).min(BANDS - 1)
}
