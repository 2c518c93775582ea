use monitor_core::monitored;

#[monitored(ret)]
fn place() -> ! {
    loop {}
}

fn main() {}
