use monitor_core::monitored;

#[monitored(kind(client))]
fn place() {}

fn main() {}
