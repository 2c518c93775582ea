use monitor_core::monitored;

#[monitored(signals())]
fn place() {}

fn main() {}
