use monitor_core::plugin;

#[plugin(name = "cache")]
struct Cache;

fn main() {}
