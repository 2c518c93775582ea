use monitor_core::monitored;

#[monitored(kind = klient)]
fn place() {}

fn main() {}
