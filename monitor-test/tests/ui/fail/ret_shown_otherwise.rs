use monitor_core::monitored;

#[monitored(ret = json)]
fn place() -> u32 {
    1
}

fn main() {}
