use monitor_core::plugin_metric;

struct Cache;

#[monitor_core::monitored]
impl Cache {
    #[plugin_metric(counter = "cache.hits")]
    #[monitored(skip)]
    fn get(&self) {}
}

fn main() {}
