use monitor_core::monitored;

#[monitored(buckets(-0.1, 0.1))]
fn place() {}

fn main() {}
