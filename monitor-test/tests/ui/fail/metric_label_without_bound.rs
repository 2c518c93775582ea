use monitor_core::plugin_metric;

#[plugin_metric(counter = "unhealthy.count.{host}")]
fn probe(host: &str) -> usize {
    host.len()
}

fn main() {}
