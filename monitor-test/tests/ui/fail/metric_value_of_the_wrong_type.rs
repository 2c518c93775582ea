use monitor_core::plugin_metric;

#[plugin_metric(counter = "cache.time", value = seconds)]
#[plugin_metric(gauge = "cache.name", value = |name| name)]
fn get(seconds: f64) -> String {
    seconds.to_string()
}

fn main() {}
