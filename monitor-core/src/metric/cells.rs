//! The cells of one thread, or of threads that are gone: filled by folding records, merged by a snapshot.

use crate::metric::Histogram;
use crate::metric::bucket::Buckets;
use crate::model::Head;
use crate::model::Record;

/// Counts and distributions by source, slot and ending.
#[derive(Debug, Default)]
pub(crate) struct Cells {
    sources: Vec<Vec<SlotCells>>,
    series: Vec<Series>,
    /// Values that were no number or of the wrong sign.
    pub(crate) rejected: u64,
}

/// One combination of label values of one source.
#[derive(Debug, Default)]
pub(crate) struct SlotCells {
    /// Where a callsite's series are, by ending. Few, the commonest first.
    endings: Vec<(u32, u32)>,
    /// An instrument's value.
    value: Option<Box<Value>>,
}

/// The calls that ended in one way.
#[derive(Clone, Debug)]
pub(crate) struct Series {
    pub(crate) total: Histogram,
    /// Time less that of instrumented children, where there were any.
    pub(crate) own: Option<Box<Histogram>>,
}

/// The value of an instrument used by hand.
#[derive(Clone, Debug)]
pub(crate) enum Value {
    Counter(u64),
    /// The value and the ticks at which it was set; the latest counts.
    Gauge(f64, u64),
    Histogram(Histogram),
    UpDown(i64),
}

/// The kinds of tick, in a record's second word.
pub(crate) mod tick {
    pub(crate) const COUNTER: u64 = 0;
    pub(crate) const GAUGE: u64 = 1;
    pub(crate) const HISTOGRAM: u64 = 2;
    pub(crate) const UP_DOWN: u64 = 3;
}

/// Adds records one after the other; remembers the series of the last one, since calls come in runs.
pub(crate) struct Fold<'a, B> {
    cells: &'a mut Cells,
    seconds_per_tick: f64,
    buckets: &'static Buckets,
    bounds: B,
    key: u64,
    series: usize,
}

impl<B: Fn(u32) -> &'static [f64]> Fold<'_, B> {
    /// Adds one record.
    #[inline(always)]
    pub(crate) fn add(&mut self, record: &Record) {
        let head = record.head();
        if !head.has(Head::METRICS) {
            if head.has(Head::TICK) {
                self.cells.fold_tick(record, &self.bounds);
            }
            return;
        }
        if head.word() != self.key || self.series >= self.cells.series.len() {
            self.series = self.cells.find(head, &self.bounds);
            self.key = head.word();
        }
        let Some(series) = self.cells.series.get_mut(self.series) else { return };
        let ticks = record.ticks();
        series.total.record_duration(ticks as f64 * self.seconds_per_tick, self.buckets);
        if record.child_ticks() != 0 || series.own.is_some() {
            let own = ticks.saturating_sub(record.child_ticks()) as f64 * self.seconds_per_tick;
            add_own(series, own, self.buckets);
        }
    }
}

#[inline(never)]
fn add_own(series: &mut Series, own: f64, buckets: &Buckets) {
    let histogram = series.own.get_or_insert_with(|| Box::new(Histogram::exponential()));
    histogram.record_duration(own, buckets);
}

impl Cells {
    /// Adds records.
    pub(crate) fn fold<B: Fn(u32) -> &'static [f64]>(&mut self, seconds_per_tick: f64, bounds: B) -> Fold<'_, B> {
        Fold { cells: self, seconds_per_tick, buckets: Buckets::table(), bounds, key: 0, series: usize::MAX }
    }

    /// Where the series of a call is, a new one if need be.
    #[inline(never)]
    fn find(&mut self, head: Head, bounds: impl Fn(u32) -> &'static [f64]) -> usize {
        let ending = head.ending();
        let slot = self.slot(head.source(), head.slot());
        if let Some((_, series)) = slot.endings.iter().find(|(key, _)| *key == ending) {
            return *series as usize;
        }
        let total = Histogram::with_bounds(bounds(head.source()));
        self.add_series(head.source(), head.slot(), ending, Series { total, own: None })
    }

    fn add_series(&mut self, source: u32, slot: u16, ending: u32, series: Series) -> usize {
        let position = self.series.len();
        self.slot(source, slot).endings.push((ending, position as u32));
        self.series.push(series);
        position
    }

    #[inline]
    fn slot(&mut self, source: u32, slot: u16) -> &mut SlotCells {
        let (source, slot) = (source as usize, usize::from(slot));
        if self.sources.get(source).is_none_or(|slots| slots.len() <= slot) {
            grow(&mut self.sources, source, slot);
        }
        &mut self.sources[source][slot]
    }

    #[cold]
    fn fold_tick(&mut self, record: &Record, bounds: impl Fn(u32) -> &'static [f64]) {
        let head = record.head();
        let bits = record.value();
        let slot = self.slot(head.source(), head.slot());
        let value = match record.words[1] {
            tick::COUNTER => Value::Counter(bits),
            tick::GAUGE => Value::Gauge(f64::from_bits(bits), record.words[2]),
            tick::UP_DOWN => Value::UpDown(bits as i64),
            _ => {
                let empty =
                    || Box::new(Value::Histogram(Histogram::with_bounds(bounds(head.source()))));
                if let Value::Histogram(histogram) = &mut **slot.value.get_or_insert_with(empty)
                    && !histogram.record(f64::from_bits(bits))
                {
                    self.rejected += 1;
                }
                return;
            }
        };
        merge_value(&mut slot.value, &value);
    }

    /// Adds everything of `other`.
    pub(crate) fn merge(&mut self, other: &Cells) {
        self.rejected += other.rejected;
        for (source, slots) in other.sources.iter().enumerate() {
            for (slot, cells) in slots.iter().enumerate() {
                let (source, slot) = (source as u32, slot as u16);
                for (ending, series) in &cells.endings {
                    self.merge_series(source, slot, *ending, &other.series[*series as usize]);
                }
                if let Some(value) = &cells.value {
                    merge_value(&mut self.slot(source, slot).value, value);
                }
            }
        }
    }

    fn merge_series(&mut self, source: u32, slot: u16, ending: u32, other: &Series) {
        let found = self.slot(source, slot).endings.iter().find(|(key, _)| *key == ending).map(|(_, it)| *it);
        let Some(position) = found else {
            self.add_series(source, slot, ending, other.clone());
            return;
        };
        let mine = &mut self.series[position as usize];
        mine.total.merge(&other.total);
        match (&mut mine.own, &other.own) {
            (Some(mine), Some(own)) => mine.merge(own),
            (mine @ None, own) => mine.clone_from(own),
            (Some(_), None) => {}
        }
    }

    /// The series of one source: slot, ending, counts.
    pub(crate) fn series(&self, source: u32) -> impl Iterator<Item = (u16, u32, &Series)> {
        self.slots(source).flat_map(move |(slot, cells)| {
            cells.endings.iter().map(move |(ending, series)| (slot, *ending, &self.series[*series as usize]))
        })
    }

    /// The values of one source, by slot.
    pub(crate) fn values(&self, source: u32) -> impl Iterator<Item = (u16, &Value)> {
        self.slots(source).filter_map(|(slot, cells)| Some((slot, cells.value.as_deref()?)))
    }

    fn slots(&self, source: u32) -> impl Iterator<Item = (u16, &SlotCells)> {
        let slots = self.sources.get(source as usize).map_or(&[][..], Vec::as_slice);
        slots.iter().enumerate().map(|(slot, cells)| (slot as u16, cells))
    }
}

#[cold]
#[inline(never)]
fn grow(sources: &mut Vec<Vec<SlotCells>>, source: usize, slot: usize) {
    if sources.len() <= source {
        sources.resize_with(source + 1, Vec::new);
    }
    if sources[source].len() <= slot {
        sources[source].resize_with(slot + 1, SlotCells::default);
    }
}

/// Counters wrap as OpenTelemetry's do; a gauge keeps what was set last.
fn merge_value(here: &mut Option<Box<Value>>, there: &Value) {
    let Some(here) = here else {
        *here = Some(Box::new(there.clone()));
        return;
    };
    match (&mut **here, there) {
        (Value::Counter(sum), Value::Counter(more)) => *sum = sum.wrapping_add(*more),
        (Value::Gauge(value, at), Value::Gauge(other, later)) => {
            if later >= at {
                (*value, *at) = (*other, *later);
            }
        }
        (Value::Histogram(mine), Value::Histogram(other)) => mine.merge(other),
        (Value::UpDown(sum), Value::UpDown(more)) => *sum = sum.wrapping_add(*more),
        // The kind of a source never changes.
        _ => {}
    }
}
