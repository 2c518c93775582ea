use monitor_core::plugin_metric;

#[plugin_metric(counter = "unhealthy.count.{hosts}")]
#[plugin_metric(counter = "unhealthy.probes.{zone}")]
fn probe(host: bool) -> bool {
    host
}

fn main() {}
