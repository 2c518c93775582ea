use monitor_core::event::Event;

#[derive(Clone, Debug, Event)]
enum Cache {
    Evicted,
    #[event(name = "cache.evicted")]
    Dropped,
}

fn main() {}
