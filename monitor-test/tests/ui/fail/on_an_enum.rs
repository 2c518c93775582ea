use monitor_core::monitored;

#[monitored]
enum Client {
    One,
}

fn main() {}
