use monitor_core::monitored;

#[monitored(args(id = 1))]
fn place(id: u32) -> u32 {
    id
}

fn main() {}
