use monitor_core::plugin_metric;

#[plugin_metric(gauge = "cache.size")]
fn clear() {}

fn main() {}
