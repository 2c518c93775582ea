use monitor_core::monitored;

#[monitored(name = "a")]
#[monitored]
fn place() {}

fn main() {}
