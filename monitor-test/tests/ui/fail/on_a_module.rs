use monitor_core::monitored;

#[monitored]
mod client {}

fn main() {}
