use monitor_core::monitored;

#[monitored(nam = "orders.place")]
fn place() {}

fn main() {}
