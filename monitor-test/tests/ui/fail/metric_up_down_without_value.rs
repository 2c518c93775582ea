use monitor_core::plugin_metric;

#[plugin_metric(up_down_counter = "cache.size")]
fn clear() {}

fn main() {}
