use monitor_core::monitored;

#[monitored(labels(a = true, a = false))]
fn place() {}

fn main() {}
