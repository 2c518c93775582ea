use monitor_core::monitored;

#[monitored(copy = no_trace)]
fn failover() {}

#[monitored(copy)]
fn again() {}

fn main() {}
