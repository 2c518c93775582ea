use monitor_core::monitored;

struct Client;

#[monitored]
impl Client {
    #[cfg_attr(all(), monitored(skip))]
    #[cfg_attr(any(), monitored)]
    #[cfg_attr(not(any()), monitored(name = "stored"))]
    fn store(&self) {}
}

fn main() {
    Client.store();
}
