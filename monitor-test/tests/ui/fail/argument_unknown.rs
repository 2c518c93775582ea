use monitor_core::monitored;

#[monitored(args(idd))]
fn place(id: u32) -> u32 {
    id
}

fn main() {}
