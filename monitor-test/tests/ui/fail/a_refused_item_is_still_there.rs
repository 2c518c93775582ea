use monitor_core::monitored;

struct Client;

trait Place {
    fn place(&self) -> u32;
}

#[monitored]
impl Place for Client {
    #[monitored(nam = "a")]
    fn place(&self) -> u32 {
        1
    }
}

#[monitored(nam = "b")]
fn place() -> u32 {
    Client.place()
}

#[allow(dead_code)]
fn calls() -> u32 {
    place()
}

fn main() {}
