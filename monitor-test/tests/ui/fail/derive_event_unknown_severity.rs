use monitor_core::event::Event;

#[derive(Clone, Debug, Event)]
#[event(severity = warning)]
struct Evicted;

#[derive(Clone, Debug, Event)]
#[event(severity = "fatal")]
struct Lost;

fn main() {}
