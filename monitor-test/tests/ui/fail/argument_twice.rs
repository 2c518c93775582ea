use monitor_core::monitored;

#[monitored(args(id, ?id))]
fn place(id: u32) -> u32 {
    id
}

fn main() {}
