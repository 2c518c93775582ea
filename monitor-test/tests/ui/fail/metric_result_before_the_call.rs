use monitor_core::plugin_metric;

#[plugin_metric(counter = "cache.rows", on = call, value = |rows| *rows)]
#[plugin_metric(counter = "cache.lost", on = panic, value = |rows| *rows)]
#[plugin_metric(histogram = "cache.time", on = call)]
fn get() -> u32 {
    1
}

fn main() {}
