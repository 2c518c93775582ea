//! Which span is drawn where. Pure.
//!
//! A span knows no thread: its call may have moved between several. So it is drawn in a *lane* that stands where a
//! thread would. Whatever is drawn in a lane either follows what is there or lies within it, and lies within nothing
//! but its own parent: a call that overlaps another, or outlives its parent, gets another lane.

use std::cmp::Reverse;
use std::collections::HashMap;

use crate::model::SpanId;

/// The most lanes; what would need one more is not drawn.
pub(crate) const LANES: usize = 1_000;

/// What has to be known of a span to draw it. Times in nanoseconds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bar {
    pub(crate) id: SpanId,
    pub(crate) parent: Option<SpanId>,
    pub(crate) start: u64,
    pub(crate) end: u64,
}

/// The lanes of a file, each with the moment at which it is free again.
#[derive(Debug, Default)]
pub(crate) struct Lanes {
    free_at: Vec<u64>,
}

/// A lane to be: what is drawn there of one trace.
#[derive(Debug, Default)]
struct Row {
    /// What is open at the moment that is looked at, the innermost last.
    open: Vec<Bar>,
    start: u64,
    end: u64,
    bars: Vec<usize>,
}

impl Row {
    /// Whether this bar can be drawn here: within its parent, or within nothing.
    fn takes(&mut self, bar: &Bar) -> bool {
        while self.open.last().is_some_and(|innermost| innermost.end <= bar.start) {
            self.open.pop();
        }
        match self.open.last() {
            Some(innermost) => bar.parent == Some(innermost.id) && bar.end <= innermost.end,
            None => true,
        }
    }

    fn add(&mut self, position: usize, bar: Bar) {
        if self.bars.is_empty() {
            self.start = bar.start;
        }
        self.end = self.end.max(bar.end);
        self.bars.push(position);
        self.open.push(bar);
    }
}

impl Lanes {
    /// How many lanes there are.
    pub(crate) fn len(&self) -> usize {
        self.free_at.len()
    }

    /// Gives each bar of one trace a lane, in the order in which they must be written; none for those for which there
    /// is none left.
    pub(crate) fn place(&mut self, bars: &[Bar]) -> Vec<(usize, Option<usize>)> {
        let mut order: Vec<usize> = (0..bars.len()).collect();
        // Of those that took the same time the last to come is the outermost: children end before their parents.
        order.sort_by_key(|position| {
            let bar = &bars[*position];
            (bar.start, Reverse(bar.end), Reverse(*position))
        });
        let mut rows: Vec<Row> = Vec::new();
        let mut row_of: HashMap<SpanId, usize> = HashMap::new();
        for position in &order {
            let bar = bars[*position];
            let home = bar.parent.and_then(|parent| row_of.get(&parent)).copied();
            let home = home.filter(|row| rows[*row].takes(&bar));
            let found = home.or_else(|| rows.iter_mut().position(|row| row.takes(&bar)));
            let row = match found {
                Some(row) => row,
                None if rows.len() < LANES => {
                    rows.push(Row::default());
                    rows.len() - 1
                }
                None => continue,
            };
            rows[row].add(*position, bar);
            row_of.insert(bar.id, row);
        }
        let mut lane_of = vec![None; bars.len()];
        for row in rows {
            let lane = self.lane(row.start, row.end);
            row.bars.into_iter().for_each(|position| lane_of[position] = lane);
        }
        order.into_iter().map(|position| (position, lane_of[position])).collect()
    }

    /// A lane that is free in this time, of all those the one that was so for the shortest time.
    fn lane(&mut self, start: u64, end: u64) -> Option<usize> {
        let free = self.free_at.iter().enumerate().filter(|(_, free_at)| **free_at <= start);
        let lane = match free.max_by_key(|(lane, free_at)| (**free_at, Reverse(*lane))) {
            Some((lane, _)) => lane,
            None if self.free_at.len() < LANES => {
                self.free_at.push(0);
                self.free_at.len() - 1
            }
            None => return None,
        };
        // What takes no time is there all the same.
        self.free_at[lane] = end.max(start + 1);
        Some(lane)
    }
}
