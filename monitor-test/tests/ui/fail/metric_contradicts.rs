use monitor_core::plugin_metric;

#[plugin_metric(counter = "cache.size")]
#[plugin_metric(gauge = "cache.size")]
fn get() -> usize {
    1
}

struct Cache;

#[monitor_core::monitored]
impl Cache {
    #[plugin_metric(counter = "cache.bytes", unit = "By")]
    fn write(&self) {}

    #[plugin_metric(counter = "cache.bytes", unit = "kBy")]
    fn read(&self) {}
}

fn main() {}
