use monitor_core::monitored;

struct Client;

#[monitored]
impl Client {
    #[monitored(skip)]
    #[cfg_attr(all(), inline, monitored(name = "found"))]
    fn find(&self) {}

    #[cfg_attr(all(), monitored(skip, nmae = "removed"))]
    fn remove(&self) {}
}

fn main() {
    Client.find();
    Client.remove();
}
