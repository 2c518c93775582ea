use monitor_core::event::Event;

#[derive(Debug, Event)]
struct Evicted;

fn main() {}
