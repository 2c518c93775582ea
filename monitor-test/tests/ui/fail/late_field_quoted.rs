use monitor_core::monitored;

#[monitored(fields("http.status"))]
fn place() {}

fn main() {}
