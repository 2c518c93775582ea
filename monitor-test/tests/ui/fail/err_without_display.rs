use monitor_core::monitored;

#[derive(Debug)]
struct Fault;

#[monitored(err)]
fn place() -> Result<u32, Fault> {
    Err(Fault)
}

fn main() {}
