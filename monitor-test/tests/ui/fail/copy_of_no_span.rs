use monitor_core::monitored;

#[monitored(level = no_trace, copy = force_top_level)]
fn failover() {}

fn main() {}
