//! The cells of one thread, or of threads that are gone: filled by folding records, merged by a snapshot.

use crate::metric::Histogram;
use crate::model::GOLDEN;
use crate::model::Head;
use crate::model::Record;
use crate::model::Slot;
use crate::model::Tally;

/// Counts and distributions by source, slot and ending.
#[derive(Debug, Default)]
pub(crate) struct Cells {
    sources: Vec<Vec<SlotCells>>,
    series: Vec<Series>,
    recent: Recent,
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
    /// Time less that of instrumented children, where there were any: without buckets, since filling them would
    /// cost as much as all the rest.
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

/// Adds records, run by run: calls of the same function that end in the same way often follow each other.
pub(crate) struct Fold<'a, B> {
    cells: &'a mut Cells,
    seconds_per_tick: f64,
    bounds: B,
}

/// Where the series of the heads are that were met lately, by a few bits of each.
#[derive(Debug)]
struct Recent([(u64, u32); RECENT]);

const RECENT: usize = 128;

impl Default for Recent {
    fn default() -> Self {
        Self([(0, 0); RECENT])
    }
}

impl Recent {
    #[inline]
    fn place(&mut self, head: Head) -> &mut (u64, u32) {
        &mut self.0[(head.word().wrapping_mul(GOLDEN) >> 57) as usize % RECENT]
    }
}

impl<B: Fn(u32) -> &'static [f64]> Fold<'_, B> {
    /// Adds records. Gives the number of spans and events among them.
    pub(crate) fn add(&mut self, mut slots: &[Slot]) -> Tally {
        let (mut events, mut spans): (usize, usize) = (0, 0);
        while let Some(slot) = slots.first() {
            let head = slot.head();
            let run = if head.has(Head::METRICS) {
                let series = self.series(head);
                let run = self.cells.series[series].add(slots, head, self.seconds_per_tick);
                spans += if head.has(Head::SPAN) { run } else { 0 };
                run
            } else if head.has(Head::TICK) {
                self.cells.fold_tick(&slot.read(), &self.bounds);
                1
            } else {
                let mut found = 0;
                let rest = slots.iter().take_while(|slot| !slot.head().has(Head::METRICS | Head::TICK));
                let run = rest.inspect(|slot| found += usize::from(slot.head().has(Head::SPAN))).count();
                spans += found;
                if found < run {
                    // Fields or events, which are not looked for where all are spans.
                    events += count_events(&slots[..run]);
                }
                run
            };
            slots = &slots[run..];
        }
        Tally { events: events as u64, spans: spans as u64 }
    }

    #[inline]
    fn series(&mut self, head: Head) -> usize {
        let (known, series) = *self.cells.recent.place(head);
        if known == head.word() {
            return series as usize;
        }
        let series = self.cells.find(head, &self.bounds);
        *self.cells.recent.place(head) = (head.word(), series as u32);
        series
    }
}

#[cold]
#[inline(never)]
fn count_events(slots: &[Slot]) -> usize {
    slots.iter().filter(|slot| slot.head().is_event()).count()
}

impl Series {
    /// Adds the records at the beginning of `slots` that are of this series. Gives their number, at least one.
    #[inline]
    fn add(&mut self, slots: &[Slot], head: Head, seconds_per_tick: f64) -> usize {
        match slots {
            [slot, next, ..] if next.head() != head => self.add_one(slot, seconds_per_tick),
            _ => return self.add_run(slots, head, seconds_per_tick),
        }
        1
    }

    #[inline]
    fn add_one(&mut self, slot: &Slot, seconds_per_tick: f64) {
        let (ticks, children) = (slot.ticks(), slot.child_ticks());
        if children != 0 || self.own.is_some() {
            let own = ticks.wrapping_sub_unsigned(children).max(0) as f64 * seconds_per_tick;
            self.own().add_summary(1, own, own, own);
        }
        self.total.record_one(ticks.max(0) as f64 * seconds_per_tick);
    }

    /// The calls' own time. Until now no call had children, so it was all of their time.
    fn own(&mut self) -> &mut Histogram {
        self.own.get_or_insert_with(|| Box::new(self.total.without_buckets()))
    }

    #[inline(never)]
    fn add_run(&mut self, slots: &[Slot], head: Head, seconds_per_tick: f64) -> usize {
        let seconds = |ticks: i64| ticks.max(0) as f64 * seconds_per_tick;
        if self.own.is_none() {
            let leaf = |slot: &Slot| slot.head() == head && slot.child_ticks() == 0;
            let count = self.total.record_run(slots, |slot| leaf(slot).then(|| seconds(slot.ticks())));
            if count > 0 {
                return count;
            }
        }
        // What comes is not yet in the total.
        self.own();
        // In ticks as long as the run lasts: whole numbers are added up faster.
        let (mut sum, mut min, mut max) = (0_i64, i64::MAX, 0);
        let added = self.total.record_run(slots, |slot| {
            if slot.head() != head {
                return None;
            }
            let ticks = slot.ticks();
            // Children that ran side by side may have taken longer than the call.
            let own = ticks.wrapping_sub_unsigned(slot.child_ticks()).max(0);
            sum = sum.wrapping_add(own);
            min = min.min(own);
            max = max.max(own);
            Some(seconds(ticks))
        });
        self.own().add_summary(added as u64, seconds(sum), seconds(min), seconds(max));
        added
    }
}

impl Cells {
    /// Adds records.
    pub(crate) fn fold<B: Fn(u32) -> &'static [f64]>(
        &mut self,
        seconds_per_tick: f64,
        bounds: B,
    ) -> Fold<'_, B> {
        Fold { cells: self, seconds_per_tick, bounds }
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
                let empty = || Box::new(Value::Histogram(Histogram::with_bounds(bounds(head.source()))));
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
        if mine.own.is_some() || other.own.is_some() {
            // Where no call had children, their own time was all of their time.
            let own = mine.own.get_or_insert_with(|| Box::new(mine.total.without_buckets()));
            match &other.own {
                Some(theirs) => own.merge(theirs),
                None => own.merge(&other.total.without_buckets()),
            }
        }
        mine.total.merge(&other.total);
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
        (Value::Gauge(value, at), Value::Gauge(other, later)) if later >= at => {
            (*value, *at) = (*other, *later);
        }
        (Value::Histogram(mine), Value::Histogram(other)) => mine.merge(other),
        (Value::UpDown(sum), Value::UpDown(more)) => *sum = sum.wrapping_add(*more),
        // An older value of a gauge; else nothing, since the kind of a source never changes.
        _ => {}
    }
}
