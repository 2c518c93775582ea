use monitor_core::plugin;

struct Cache;

#[monitor_core::monitored]
impl Cache {
    #[plugin(name = "cache")]
    fn get(&self) {}
}

fn main() {}
