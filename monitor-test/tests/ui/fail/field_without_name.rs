use monitor_core::monitored;

#[monitored(fields(%id))]
fn place(id: u32) -> u32 {
    id
}

fn main() {}
