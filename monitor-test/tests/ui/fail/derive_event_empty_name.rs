use monitor_core::event::Event;

#[derive(Clone, Debug, Event)]
#[event(name = "")]
struct Evicted;

fn main() {}
