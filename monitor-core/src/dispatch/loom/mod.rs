//! The subtle protocols of the hot path under loom: every order in which threads can meet is walked through, up to
//! a bound of preemptions, and every value that a load may see is tried.
//!
//! What is checked is the real code with small numbers: a chunk holds two records, a lane has at most four chunks.
//! `cargo loom` runs it; `LOOM_MAX_PREEMPTIONS` goes further than the bounds that are written here.

mod callsite;
mod cell;
mod event;
mod lane;
mod monitor;
mod wake;

use std::env;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering;
use std::thread;
use std::time::Duration;
use std::time::Instant;

use loom::model::Builder;

use crate::dispatch::core::Core;
use crate::dispatch::core::CoreConfig;
use crate::dispatch::lane::Lane;
use crate::metric::Cells;
use crate::metric::Reserved;
use crate::model::Filter;
use crate::model::Head;
use crate::model::Levels;
use crate::model::ManualClock;
use crate::model::Outcome;
use crate::model::Record;
use crate::model::Resource;
use crate::model::Signals;
use crate::model::TraceIds;
use crate::model::WORDS;

/// Walks through every order of `model` with at most so many preemptions: switches away from a thread that could
/// have gone on. Says how many orders there were.
fn check(preemptions: usize, model: fn()) {
    let mut builder = Builder::new();
    builder.max_branches = 20_000;
    if env::var_os("LOOM_MAX_PREEMPTIONS").is_none() {
        builder.preemption_bound = Some(preemptions);
    }
    let orders = Arc::new(AtomicU64::new(0));
    let (counted, begin) = (Arc::clone(&orders), Instant::now());
    builder.check(move || {
        counted.fetch_add(1, Ordering::Relaxed);
        model();
    });
    let (name, orders) = (thread::current().name().map(str::to_owned), orders.load(Ordering::Relaxed));
    eprintln!("{}: {orders} orders in {:.1?}", name.unwrap_or_default(), begin.elapsed());
}

/// A monitor whose lanes may have so many chunks beyond their first.
fn core(signals: Signals, chunks: usize) -> Arc<Core> {
    let clock = ManualClock::default().into();
    let (listeners, rest, levels) = (Vec::new(), Duration::ZERO, Levels::default());
    let (filter, resource, trace_ids) = (Filter::default(), Resource::default(), TraceIds::default());
    let reserved = Reserved::default();
    Core::new(CoreConfig {
        clock,
        filter,
        signals,
        chunks,
        listeners,
        rest,
        levels,
        resource,
        trace_ids,
        reserved,
    })
}

/// Record number `number`: it took two to the power of that many ticks, and says its number in every word.
fn words(number: u64) -> [u64; WORDS] {
    let flags = Head::SPAN | Head::METRICS;
    let head = Head::call(0, 0, 0, Outcome::Ok, flags).word();
    [number, number + (1 << number), number, number, number, number, 0, head]
}

/// Appends records; only the owner does.
fn write(lane: &'static Lane, core: &Core, numbers: impl IntoIterator<Item = u64>) {
    for number in numbers {
        if lane.push(words(number)) {
            lane.turn(core);
        }
    }
}

/// Which record this is; it must be whole.
#[track_caller]
fn number(record: &Record) -> u64 {
    let number = record.words[2];
    assert_eq!(record.words, words(number), "a torn record");
    number
}

/// Which records were folded, a bit each: the sum of their ticks, so that one that was folded twice shows.
fn folded(cells: &Cells) -> u64 {
    let seconds: f64 = cells.series(0).map(|(_, _, series)| series.total.sum()).sum();
    (seconds * 1e9).round() as u64
}

/// How many calls were folded.
fn ended(cells: &Cells) -> u64 {
    cells.series(0).map(|(_, _, series)| series.total.count()).sum()
}

/// The bits of these records.
fn bits(numbers: impl IntoIterator<Item = u64>) -> u64 {
    numbers.into_iter().map(|number| 1 << number).sum()
}
