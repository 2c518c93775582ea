use monitor_core::monitored;

struct Client;

#[monitored(args(id))]
impl Client {
    fn place(&self, id: u32) -> u32 {
        id
    }
}

fn main() {}
