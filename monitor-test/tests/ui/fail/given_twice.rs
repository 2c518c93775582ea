use monitor_core::monitored;

#[monitored(name = "a", ret, name = "b")]
fn place() {}

fn main() {}
