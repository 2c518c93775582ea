use monitor_core::plugin_metric;

#[plugin_metric(counter = "cache.hits", unit = "")]
#[plugin_metric(counter = "cache.misses", unit = "per second")]
fn get() {}

fn main() {}
