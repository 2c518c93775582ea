use monitor_core::monitored;

struct Client;

#[monitored]
#[monitored]
impl Client {
    fn place(&self) {}
}

fn main() {}
