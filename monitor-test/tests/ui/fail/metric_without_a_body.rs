use monitor_core::plugin_metric;

trait Cache {
    #[plugin_metric(counter = "cache.hits")]
    fn get(&self);
}

fn main() {}
