use monitor_core::monitored;

struct Client;

#[monitored]
impl Client {
    #[monitored(ret)]
    #[monitored(err)]
    fn place(&self) {}
}

fn main() {}
