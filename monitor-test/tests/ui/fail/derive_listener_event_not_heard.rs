use monitor_core::event::Event;
use monitor_core::listener::Listener;

#[derive(Clone, Debug, Event)]
struct Evicted;

#[derive(Listener)]
#[listener(Evicted)]
struct Print;

fn main() {}
