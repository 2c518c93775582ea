use monitor_core::monitored;

struct Opaque;

#[monitored(ret)]
fn place() -> Opaque {
    Opaque
}

fn main() {}
