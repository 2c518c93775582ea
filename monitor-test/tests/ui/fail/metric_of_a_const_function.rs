use monitor_core::plugin_metric;

#[plugin_metric(counter = "cache.hits")]
const fn get() {}

fn main() {}
