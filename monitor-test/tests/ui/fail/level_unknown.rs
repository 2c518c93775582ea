use monitor_core::monitored;

#[monitored(level = force_toplevel)]
fn failover() {}

#[monitored(level = server)]
fn serve() {}

fn main() {}
