//! Table 6: what a span costs until a server of OpenTelemetry's protocol has it.

mod receiver;
mod shippers;

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
use crate::contestant::Group;
use crate::options::Options;
use crate::samples::Samples;
use crate::shipping::receiver::Receiver;
use crate::shipping::shippers::Shipper;
use crate::table::Table;
use crate::table::number;

pub(crate) use receiver::{FLAG, serve};

/// What a child measures, in the order of the columns.
const QUANTITIES: [(&str, usize); 5] = [
    ("CPU ns/call", 0),
    ("allocations/call", 2),
    ("bytes sent/call", 0),
    ("peak RSS +MiB", 1),
    ("arrived/call", 3),
];

/// Calls in a row, and how often: 20,000 a second, which every contestant's defaults are good for.
const BURST: u64 = 500;
const PAUSE: Duration = Duration::from_millis(25);

const NOTE: &str = "400,000 leaf calls (a tenth with `--quick`), 20,000 a second, in a fresh process each; spans \
    lie in a root span of a hundred, and go by OpenTelemetry's protocol, binary over HTTP, to a server in a process of \
    its own, which decodes and counts them. CPU and allocations are of all threads of the sender, after a flush. \
    Each with the settings that it has by itself.";

/// Measures all shippers and makes the table.
///
/// # Errors
///
/// When a child fails.
pub(crate) fn table(options: &Options) -> io::Result<Table> {
    let mut headings = vec!["contestant"];
    headings.extend(QUANTITIES.map(|(name, _)| name));
    let mut table = Table::new("6. Shipping: until a server has the span", &headings, NOTE);
    for shipper in shippers::ALL.iter().filter(|shipper| shipper.name.contains(&options.only)) {
        let mut samples = Samples::default();
        for _ in 0..options.effort.pick(3, 1) {
            let (task, group, case) = (Task::Shipping, Group::On, Case::Leaf);
            let (count, subject) = (options.effort.pick(400_000, 40_000), shipper.name.to_owned());
            samples.extend(&Job { task, group, count, case, subject }.run()?);
        }
        let mut row = vec![shipper.name.to_owned()];
        row.extend(QUANTITIES.map(|(name, decimals)| number(samples.median(&[name]), decimals)));
        table.push(row);
    }
    Ok(table)
}

/// Measures one shipper inside a child.
///
/// # Errors
///
/// There is none of this name, or the server cannot be started or asked.
pub(crate) fn child(name: &str, calls: u64) -> Result<(), String> {
    let shipper = shippers::ALL.iter().find(|shipper| shipper.name == name);
    let shipper = shipper.ok_or_else(|| format!("there is no shipper `{name}`"))?;
    measure(shipper, calls).map_err(|error| error.to_string())
}

fn measure(shipper: &Shipper, calls: u64) -> io::Result<()> {
    let receiver = Receiver::start()?;
    let leaf = shipper.leaf();
    (shipper.setup)(receiver.endpoint());
    leaf(BURST);
    (shipper.flush)();
    allocations::start_counting();
    let (before, peak) = (receiver.received()?, crate::sustained::peak_kib());
    let cpu = ProcessTime::now();
    let started = Instant::now();
    for burst in 1..=calls / BURST {
        leaf(BURST);
        thread::sleep((PAUSE * burst as u32).saturating_sub(started.elapsed()));
    }
    (shipper.flush)();
    let cpu = cpu.elapsed();
    let after = receiver.received()?;
    let each = |total: f64| total / calls as f64;
    let values = [
        each(cpu.as_nanos() as f64),
        each(allocations::total() as f64),
        each((after.bytes - before.bytes) as f64),
        (crate::sustained::peak_kib() - peak) as f64 / 1024.0,
        each((after.spans - before.spans) as f64),
    ];
    for ((name, _), value) in QUANTITIES.iter().zip(values) {
        child::report(&[name, &value.to_string()]);
    }
    Ok(())
}
