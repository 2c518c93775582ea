use monitor_core::plugin_metric;

#[plugin_metric(counter = "cache.hits", buckets(1, 2))]
fn get() {}

fn main() {}
