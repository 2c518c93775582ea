//! Table 3: a million calls at full speed, with all that they cause elsewhere.

use std::fs;
use std::io;
use std::thread;
use std::time::Duration;
use std::time::Instant;

use cpu_time::ProcessTime;

use crate::allocations;
use crate::child;
use crate::child::Job;
use crate::child::Task;
use crate::contestant::Case;
use crate::contestant::Contestant;
use crate::contestant::Group;
use crate::contestant::Records;
use crate::options::Options;
use crate::rivals;
use crate::samples::Samples;
use crate::table::Table;
use crate::table::number;

/// What a child measures, in the order of the columns; the last is the share that was delivered.
const QUANTITIES: [(&str, usize); 5] = [
    ("wall ns/call", 1),
    ("CPU ns/call", 1),
    ("allocations/call", 3),
    ("peak RSS +MiB", 1),
    ("delivered/call", 3),
];

/// How long background threads have to settle before CPU time is read.
const SETTLE: Duration = Duration::from_millis(600);

const NOTE: &str = "1,000,000 leaf calls (a tenth with `--quick`) back to back in a fresh process each. \
    CPU and allocations are of all threads, after a flush and 0.6 s to settle. Delivered is what reached \
    the counting exporter, `-` where nothing is delivered.";

/// Measures all contestants and makes the table.
///
/// # Errors
///
/// When a child fails.
pub(crate) fn table(options: &Options) -> io::Result<Table> {
    let mut headings = vec!["group", "contestant"];
    headings.extend(QUANTITIES.map(|(name, _)| name));
    let mut table = Table::new("3. Sustained: a million calls at full speed", &headings, NOTE);
    for group in Group::ALL {
        for contestant in rivals::of(group, &options.only) {
            if contestant.cases.leaf.is_some() {
                table.push(row(options, &contestant)?);
            }
        }
    }
    Ok(table)
}

/// Measures one contestant inside a child.
pub(crate) fn child(contestant: Contestant, calls: u64) {
    let Some(leaf) = contestant.cases.leaf else { return };
    leaf(100);
    (contestant.flush)();
    allocations::start_counting();
    let (peak, delivered) = (peak_kib(), crate::sink::total());
    let cpu = ProcessTime::now();
    let started = Instant::now();
    leaf(calls);
    let wall = started.elapsed();
    settle(&contestant);
    let cpu = cpu.elapsed();
    let each = |total: f64| total / calls as f64;
    let values = [
        each(wall.as_nanos() as f64),
        each(cpu.as_nanos() as f64),
        each(allocations::total() as f64),
        (peak_kib() - peak) as f64 / 1024.0,
        each((crate::sink::total() - delivered) as f64),
    ];
    for ((name, _), value) in QUANTITIES.iter().zip(values) {
        child::report(&[name, &value.to_string()]);
    }
}

fn row(options: &Options, contestant: &Contestant) -> io::Result<Vec<String>> {
    let count = options.effort.pick(1_000_000, 100_000);
    let (task, group) = (Task::Sustained, contestant.group);
    let mut samples = Samples::default();
    samples.extend(&Job { task, group, count, case: Case::Leaf, subject: contestant.name.to_owned() }.run()?);
    let mut row = vec![group.name().to_owned(), contestant.name.to_owned()];
    for (name, decimals) in QUANTITIES {
        let is_told = name != "delivered/call" || contestant.records == Records::Counted;
        row.push(number(samples.median(&[name]).filter(|_| is_told), decimals));
    }
    Ok(row)
}

fn settle(contestant: &Contestant) {
    (contestant.flush)();
    thread::sleep(SETTLE);
}

/// The most memory the process ever had resident; 0 where the system does not tell.
pub(crate) fn peak_kib() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().trim_end_matches("kB").trim().parse().ok()).unwrap_or(0)
}
