#![deny(warnings)]
use monitor_core::monitored;

#[monitored]
trait Place {
    fn place(&self) -> u32;
    #[monitored(skip)]
    fn skipped(&self) -> u32;
}

struct Client;

impl Place for Client {
    fn place(&self) -> u32 {
        1
    }
    fn skipped(&self) -> u32 {
        1
    }
}

fn main() {
    assert_eq!(Client.place() + Client.skipped(), 2);
}
