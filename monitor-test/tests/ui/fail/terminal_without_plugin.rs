use monitor_core::monitored;

struct Cache;

#[monitored(terminal)]
impl Cache {
    fn get(&self) {}
}

#[monitored(terminal)]
fn get() {}

fn main() {}
