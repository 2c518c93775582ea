use monitor_core::plugin_metric;

struct Cache;

#[plugin_metric(counter = "cache.hits")]
impl Cache {
    fn get(&self) {}
}

fn main() {}
