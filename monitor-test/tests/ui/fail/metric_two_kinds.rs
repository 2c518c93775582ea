use monitor_core::plugin_metric;

#[plugin_metric(counter = "cache.hits", gauge = "cache.size")]
fn get() -> usize {
    1
}

fn main() {}
