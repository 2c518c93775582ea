use monitor_core::monitored;

#[monitored(name = 5)]
fn place() {}

fn main() {}
