use monitor_core::monitored;

#[monitored(buckets("1s"))]
fn place() {}

fn main() {}
