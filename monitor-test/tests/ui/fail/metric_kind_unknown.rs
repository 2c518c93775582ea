use monitor_core::plugin_metric;

#[plugin_metric(summary = "cache.hits")]
fn get() {}

fn main() {}
