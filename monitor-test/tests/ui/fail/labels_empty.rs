use monitor_core::monitored;

#[monitored(labels())]
fn place() {}

fn main() {}
