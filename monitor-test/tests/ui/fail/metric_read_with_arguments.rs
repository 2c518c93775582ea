use monitor_core::plugin_metric;

#[plugin_metric(gauge = "cache.size", read)]
fn size(key: u32) -> u32 {
    key
}

struct Cache;

impl Cache {
    #[plugin_metric(gauge = "cache.size", read)]
    fn size(&self) -> usize {
        1
    }
}

fn main() {}
