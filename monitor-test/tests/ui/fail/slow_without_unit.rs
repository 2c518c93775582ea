use monitor_core::monitored;

#[monitored(slow = "100")]
fn place() {}

fn main() {}
