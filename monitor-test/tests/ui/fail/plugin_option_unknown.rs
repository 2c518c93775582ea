use monitor_core::plugin;

struct Cache;

#[plugin(name = "cache", terminl)]
impl Cache {
    fn get(&self) {}
}

fn main() {}
