use monitor_core::plugin_metric;

trait Cache {
    fn size(&self) -> usize;
}

struct Small;

#[monitor_core::monitored]
impl Cache for Small {
    #[plugin_metric(gauge = "cache.size", watch)]
    fn size(&self) -> usize {
        1
    }
}

fn main() {}
