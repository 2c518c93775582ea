use monitor_core::plugin_metric;

#[plugin_metric(counter = "cache.hits", on = eror)]
#[plugin_metric(counter = "cache.misses", on(ok, finished))]
#[plugin_metric(counter = "cache.size", on = get() > 1)]
fn get() -> usize {
    1
}

fn main() {}
