use monitor_core::event::Event;

#[derive(Clone, Debug, Event)]
#[event(nam = "cache", display)]
enum CacheEvent {
    #[event(crate = x)]
    Evicted {
        #[event(displya)]
        key: String,
    },
}

fn main() {}
