use monitor_core::monitored;

#[monitored(level(top_level))]
fn failover() {}

fn main() {}
