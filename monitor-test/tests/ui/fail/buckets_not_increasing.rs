use monitor_core::monitored;

#[monitored(buckets(0.01, 0.1, 0.05))]
fn place() {}

fn main() {}
