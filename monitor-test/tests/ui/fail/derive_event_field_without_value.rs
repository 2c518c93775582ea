use monitor_core::event::Event;

#[derive(Clone, Debug)]
struct Key(u32);

#[derive(Clone, Debug, Event)]
struct Evicted {
    key: Key,
    #[event(display)]
    other: Key,
}

fn main() {}
