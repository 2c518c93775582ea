use monitor_core::monitored;

#[monitored(name = )]
fn place() {}

fn main() {}
