use monitor_core::plugin;

#[plugin(name = "cache")]
trait Cache {
    fn get(&self) {}
}

fn main() {}
