use monitor_core::plugin;

#[plugin(name = "cache")]
fn get() {}

fn main() {}
