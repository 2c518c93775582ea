use monitor_core::plugin_metric;

#[plugin_metric(gauge = "cache.size", read, on = ok)]
fn size() -> usize {
    1
}

fn main() {}
