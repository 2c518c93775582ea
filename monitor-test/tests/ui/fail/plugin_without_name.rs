use monitor_core::plugin;

struct Cache;

#[plugin]
impl Cache {
    fn get(&self) {}
}

fn main() {}
