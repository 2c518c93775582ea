use monitor_core::monitored;

#[monitored(args(id))]
fn place() {}

fn main() {}
