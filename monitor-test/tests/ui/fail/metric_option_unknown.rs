use monitor_core::plugin_metric;

#[plugin_metric(counter = "cache.hits", lables(host = 1))]
fn get() {}

fn main() {}
