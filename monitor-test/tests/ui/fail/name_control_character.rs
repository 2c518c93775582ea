use monitor_core::monitored;

#[monitored(name = "a\nb")]
fn place() {}

fn main() {}
