use monitor_core::monitored;

#[monitored(ret)]
#[track_caller]
fn place() -> u32 {
    1
}

fn main() {}
