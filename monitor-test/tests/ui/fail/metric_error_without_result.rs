use monitor_core::plugin_metric;

#[plugin_metric(counter = "cache.failed", on = error)]
fn get() -> u32 {
    1
}

fn main() {}
