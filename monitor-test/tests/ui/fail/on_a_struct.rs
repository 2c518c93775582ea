use monitor_core::monitored;

#[monitored]
struct Client;

fn main() {}
