use monitor_core::plugin_metric;

#[plugin_metric(counter = "cache.stale", on = |row, more| row > more)]
fn get() -> u32 {
    1
}

fn main() {}
