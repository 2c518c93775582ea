use monitor_core::monitored;

#[monitored(fields(rows, rows = 1))]
fn place() {}

fn main() {}
