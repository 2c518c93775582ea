use monitor_core::plugin_metric;

#[plugin_metric(gauge = "cache.size", read)]
fn size() {}

fn main() {}
