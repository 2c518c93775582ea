use monitor_core::plugin_metric;

#[plugin_metric(counter = "unhealthy.count.of{host}")]
#[plugin_metric(counter = "{host}")]
#[plugin_metric(counter = "unhealthy.{host}.{host}")]
fn probe(host: bool) -> bool {
    host
}

fn main() {}
