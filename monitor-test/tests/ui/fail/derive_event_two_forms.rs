use monitor_core::event::Event;

#[derive(Clone, Debug, Event)]
struct Evicted {
    #[event(display, debug)]
    key: String,
}

fn main() {}
