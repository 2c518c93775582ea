use monitor_core::monitored;

#[monitored]
const ONE: u32 = 1;

fn main() {}
