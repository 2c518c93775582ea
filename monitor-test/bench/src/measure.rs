//! Table 1: nanoseconds per instrumented call on one thread.

use std::io;
use std::time::Duration;
use std::time::Instant;

use crate::child;
use crate::child::Job;
use crate::child::Task;
use crate::contestant::Batch;
use crate::contestant::Case;
use crate::contestant::Contestant;
use crate::contestant::Group;
use crate::options::Options;
use crate::random;
use crate::rivals;
use crate::samples::Samples;
use crate::table::Table;
use crate::table::number;

/// How long one batch should take: short enough to miss most interruptions, long enough for the clock.
const BATCH: Duration = Duration::from_micros(800);

const NOTE: &str = "One process per configuration; in each round every cell once, in random order, in \
    batches of 0.8 ms; spans lie in a root span of a hundred. Median (minimum) over all rounds and \
    processes. `F` is two time-stamp reads and three stores to thread-local memory, measured in the same \
    process; `x F` and `x bare` divide the medians of the leaf.";

/// Measures all groups and makes the table.
///
/// # Errors
///
/// When a child fails.
pub(crate) fn table(options: &Options) -> io::Result<Table> {
    let mut samples = Samples::default();
    for _ in 0..options.effort.pick(3, 1) {
        for group in Group::ALL {
            let count = options.effort.pick(12, 5);
            let job =
                Job { task: Task::Measure, group, count, case: Case::Leaf, subject: options.only.clone() };
            samples.extend(&job.run()?);
        }
    }
    let mut headings = vec!["group", "contestant", Case::Leaf.heading(), "net", "x bare", "x F", "x ours"];
    headings.extend(Case::ALL.iter().skip(1).map(|case| case.heading()));
    headings.push("gives");
    let mut table = Table::new("1. One thread: ns per call", &headings, NOTE);
    for contestant in Group::ALL.into_iter().flat_map(|group| rivals::of(group, &options.only)) {
        table.push(row(&samples, &contestant));
    }
    Ok(table)
}

/// Measures the contestants inside a child.
pub(crate) fn child(contestants: &[Contestant], rounds: u64) {
    let mut cells = Vec::new();
    for contestant in contestants {
        for case in Case::ALL {
            if let Some(batch) = contestant.cases.of(case) {
                cells.push((contestant, case, batch, calls_for(batch)));
            }
        }
    }
    for _ in 0..rounds {
        random::shuffle(&mut cells);
        for (contestant, case, batch, calls) in &cells {
            let sample = nanoseconds(*batch, *calls);
            child::report(&[contestant.group.name(), contestant.name, case.heading(), &sample.to_string()]);
        }
    }
}

fn row(samples: &Samples, contestant: &Contestant) -> Vec<String> {
    let group = contestant.group.name();
    let leaf = |name: &str, group: &str| samples.median(&[group, name, Case::Leaf.heading()]);
    let own = leaf(contestant.name, group);
    let over = |other: Option<f64>| Some(own? / other?);
    let bare = leaf(rivals::BARE, group);
    let mut row = vec![
        group.to_owned(),
        contestant.name.to_owned(),
        samples.told(&[group, contestant.name, Case::Leaf.heading()]),
        number(own.zip(bare).map(|(own, bare)| own - bare), 1),
        number(over(bare), 1),
        number(over(leaf(rivals::FLOOR, group)), 2),
        number(over(leaf(crate::OURS, Group::On.name())), 2),
    ];
    let cell = |case: &Case| samples.told(&[group, contestant.name, case.heading()]);
    row.extend(Case::ALL.iter().skip(1).map(cell));
    row.push(contestant.gives.to_owned());
    row
}

/// How many calls last as long as a batch should; running them warms the contestant up, too.
fn calls_for(batch: Batch) -> u64 {
    let mut calls = 100;
    loop {
        let each = nanoseconds(batch, calls);
        let spent = each * calls as f64;
        if spent >= BATCH.as_nanos() as f64 / 2.0 {
            return ((BATCH.as_nanos() as f64 / each) as u64).max(100).next_multiple_of(100);
        }
        calls *= 2;
    }
}

fn nanoseconds(batch: Batch, calls: u64) -> f64 {
    let started = Instant::now();
    batch(calls);
    started.elapsed().as_nanos() as f64 / calls as f64
}
