use monitor_core::monitored;

#[monitored(err)]
fn place() -> Option<u32> {
    None
}

fn main() {}
