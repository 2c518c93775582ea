use monitor_core::monitored;

#[monitored("orders.place")]
fn place() {}

fn main() {}
