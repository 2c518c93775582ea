use monitor_core::plugin_metric;

#[plugin_metric(histogram = "cache.sizes", unit = "By")]
fn get() {}

fn main() {}
