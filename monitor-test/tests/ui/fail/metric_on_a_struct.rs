use monitor_core::plugin_metric;

#[plugin_metric(counter = "cache.hits")]
struct Cache;

fn main() {}
