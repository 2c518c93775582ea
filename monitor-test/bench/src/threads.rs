//! Table 2: several threads hammering one function.

use std::io;
use std::sync::Barrier;
use std::thread;
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

const COUNTS: [usize; 4] = [1, 2, 4, 8];

/// How long all calls of one sample should take on one thread, in nanoseconds.
const SAMPLE: f64 = 8e6;

const NOTE: &str = "Wall ns per call over all threads together, median (minimum); threads pinned round \
    robin. `xT/1T` is the throughput with x threads over that with one, from the minima: the ideal is the \
    number of cores.";

/// Measures all groups and makes the table.
///
/// # Errors
///
/// When a child fails.
pub(crate) fn table(options: &Options) -> io::Result<Table> {
    let mut samples = Samples::default();
    for group in Group::ALL {
        let count = options.effort.pick(9, 3);
        samples.extend(
            &Job { task: Task::Threads, group, count, case: Case::Leaf, subject: options.only.clone() }
                .run()?,
        );
    }
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let title = format!("2. Threads hammering one function, on {cores} cores");
    let headings = ["group", "contestant", "1T", "2T", "4T", "8T", "2T/1T", "4T/1T", "8T/1T"];
    let mut table = Table::new(title, &headings, NOTE);
    for contestant in Group::ALL.into_iter().flat_map(|group| rivals::of(group, &options.only)) {
        if contestant.cases.leaf.is_some() {
            table.push(row(&samples, &contestant));
        }
    }
    Ok(table)
}

/// Measures the contestants inside a child.
pub(crate) fn child(contestants: &[Contestant], rounds: u64) {
    let mut cells = Vec::new();
    for contestant in contestants {
        if let Some(leaf) = contestant.cases.leaf {
            let calls = (SAMPLE / spent_per_call(leaf, 1, 10_000)) as u64;
            cells.extend(COUNTS.map(|count| (contestant, count, leaf, calls.max(1_000))));
        }
    }
    for _ in 0..rounds {
        random::shuffle(&mut cells);
        for &(contestant, count, leaf, calls) in &cells {
            let sample = spent_per_call(leaf, count, calls).to_string();
            child::report(&[contestant.group.name(), contestant.name, &count.to_string(), &sample]);
        }
    }
}

fn row(samples: &Samples, contestant: &Contestant) -> Vec<String> {
    let key =
        |count: usize| [contestant.group.name().to_owned(), contestant.name.to_owned(), count.to_string()];
    let told = |count: usize| samples.told(&key(count).each_ref().map(String::as_str));
    let least = |count: usize| samples.minimum(&key(count).each_ref().map(String::as_str));
    let scaling = |count: usize| Some(least(1)? / least(count)?);
    let mut row = vec![contestant.group.name().to_owned(), contestant.name.to_owned()];
    row.extend(COUNTS.map(told));
    row.extend(COUNTS.iter().skip(1).map(|&count| number(scaling(count), 2)));
    row
}

/// Shares the calls out among the threads; wall nanoseconds over all calls.
fn spent_per_call(leaf: Batch, count: usize, calls: u64) -> f64 {
    let share = (calls / count as u64).next_multiple_of(100);
    let cores = core_affinity::get_core_ids().unwrap_or_default();
    let barrier = Barrier::new(count);
    let work = &|index: usize| {
        cores.get(index % cores.len().max(1)).copied().map(core_affinity::set_for_current);
        // The thread's own buffers and registrations come before the clock.
        leaf(100);
        barrier.wait();
        let started = Instant::now();
        leaf(share);
        (started, Instant::now())
    };
    let spans = thread::scope(|scope| {
        let threads: Vec<_> = (0..count).map(|index| scope.spawn(move || work(index))).collect();
        threads.into_iter().filter_map(|thread| thread.join().ok()).collect::<Vec<_>>()
    });
    let started = spans.iter().map(|(started, _)| *started).min();
    let ended = spans.iter().map(|(_, ended)| *ended).max();
    let wall = started.zip(ended).map_or(0, |(started, ended)| (ended - started).as_nanos());
    wall as f64 / (share * count as u64) as f64
}
