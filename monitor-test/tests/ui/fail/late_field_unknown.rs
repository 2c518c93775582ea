use monitor_core::monitored;

#[monitored(fields(rows, bytes))]
fn place() {
    monitor_core::field!(count = 1);
}

fn main() {}
