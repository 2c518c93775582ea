use monitor_core::monitored;

#[monitored(signals(metrics, events))]
fn work() {}

fn main() {}
