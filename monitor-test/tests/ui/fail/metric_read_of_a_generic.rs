use monitor_core::plugin_metric;

struct Cache<T>(T);

#[monitor_core::monitored]
impl<T> Cache<T> {
    #[plugin_metric(gauge = "cache.limit", read)]
    fn limit() -> usize {
        1
    }
}

fn main() {}
