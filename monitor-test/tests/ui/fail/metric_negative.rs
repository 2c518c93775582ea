use monitor_core::plugin_metric;

#[plugin_metric(counter = "cache.hits", value = -1)]
#[plugin_metric(histogram = "cache.sizes", value = -0.5)]
fn get() {}

fn main() {}
