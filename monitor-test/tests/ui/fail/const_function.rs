use monitor_core::monitored;

#[monitored]
const fn place() -> u32 {
    1
}

fn main() {}
