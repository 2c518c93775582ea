use monitor_core::plugin;

struct Cache;

#[plugin(name = "cache")]
#[monitor_core::monitored(kind = client)]
impl Cache {
    fn get(&self) {}
}

fn main() {}
