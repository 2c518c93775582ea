use monitor_core::plugin_metric;

#[plugin_metric(on = error)]
fn get() {}

fn main() {}
