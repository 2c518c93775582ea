use monitor_core::monitored;

struct Client;

#[monitored]
impl Client {
    #[monitored(name = "new")]
    const fn new() -> Self {
        Client
    }
}

fn main() {}
