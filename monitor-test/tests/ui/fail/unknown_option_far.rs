use monitor_core::monitored;

#[monitored(target = "orders")]
fn place() {}

fn main() {}
