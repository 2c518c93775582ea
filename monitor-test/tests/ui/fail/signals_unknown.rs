use monitor_core::monitored;

#[monitored(signals(metric))]
fn place() {}

fn main() {}
