use monitor_core::plugin_metric;

#[plugin_metric(counter = "cache.hits", labels(max = 2))]
fn get() {}

fn main() {}
