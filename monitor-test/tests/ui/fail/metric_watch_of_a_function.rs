use monitor_core::plugin_metric;

#[plugin_metric(gauge = "cache.size", watch)]
fn size() -> usize {
    1
}

fn main() {}
