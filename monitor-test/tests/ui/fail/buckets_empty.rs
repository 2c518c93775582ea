use monitor_core::monitored;

#[monitored(buckets())]
fn place() {}

fn main() {}
