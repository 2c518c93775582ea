use monitor_core::plugin_metric;

#[plugin_metric(gauge = "cache.size", read)]
async fn size() -> usize {
    1
}

fn main() {}
