use monitor_core::plugin_metric;

#[plugin_metric(counter = "cache.stale", on = |row| row > 1)]
fn get() -> impl Iterator<Item = u32> + use<> {
    0..1
}

#[plugin_metric(counter = "cache.gone", value = |row| *row)]
fn leave() -> ! {
    std::process::exit(0)
}

fn main() {}
