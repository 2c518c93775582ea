use monitor_core::monitored;

#[monitored(skip)]
fn place() {}

fn main() {}
