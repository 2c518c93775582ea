use monitor_core::plugin_metric;

#[plugin_metric(counter = "")]
#[plugin_metric(counter = "9lives")]
#[plugin_metric(counter = "cache hits")]
#[plugin_metric(counter = "cache..hits")]
fn get() {}

fn main() {}
