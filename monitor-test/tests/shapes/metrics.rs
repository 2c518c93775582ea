//! Plugins and declared metrics, in a form that compiles without a warning.
#![forbid(unsafe_code)]
// What the shapes themselves are about.
#![allow(clippy::unnecessary_wraps, clippy::unused_self)]

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use monitor_core::Label;
use monitor_core::MetricData;
use monitor_core::Monitor;

use crate::support::block_on;

/// The only use of each of these imports is taken along by another attribute.
mod imports {
    use monitor_core::monitored;
    use monitor_core::plugin;
    use monitor_core::plugin_metric;

    #[monitored]
    #[plugin_metric(counter = "shapes.imports.1")]
    pub fn below() {}

    pub struct Blocked;

    #[plugin(name = "blocked")]
    impl Blocked {
        #[plugin_metric(counter = "shapes.imports.2")]
        pub fn run(&self) {}

        #[monitored(skip)]
        pub fn skipped(&self) {}
    }
}

mod above {
    use monitor_core::monitored;
    use monitor_core::plugin_metric;

    #[plugin_metric(counter = "shapes.imports.3")]
    #[monitored]
    pub fn above() {}
}

#[derive(Clone, Copy, monitor_core::Labels)]
pub enum Role {
    Reader,
    Writer,
}

pub struct Pool<T> {
    items: Vec<T>,
    role: Role,
}

impl<T: Send + Sync + 'static> Pool<T> {
    #[monitor_core::plugin_metric(counter = "shapes.taken.{role}", labels(role = self.role), on = |Some(_)| true)]
    #[monitor_core::plugin_metric(gauge = "shapes.left", value = self.items.len())]
    #[monitor_core::plugin_metric(histogram = "shapes.took", unit = "us", on(ok, panic), buckets(1, 10, 100))]
    #[monitor_core::plugin_metric(up_down_counter = "shapes.change", value = -1_i8, unit = "{item}")]
    pub fn take(&mut self) -> Option<T> {
        self.items.pop()
    }

    /// How many items there are.
    #[monitor_core::plugin_metric(gauge = "shapes.size.{role}", labels(role = self.role), watch)]
    #[must_use]
    pub fn size(&self) -> usize {
        self.items.len()
    }

    #[cfg_attr(all(), monitor_core::plugin_metric(counter = "shapes.conditional.yes"))]
    #[cfg_attr(any(), monitor_core::plugin_metric(counter = "shapes.conditional.no", value = not_there()))]
    #[monitor_core::monitored]
    pub fn conditional(&self) {}
}

#[monitor_core::monitored]
impl<T> Pool<T> {
    #[monitor_core::plugin_metric(counter = "shapes.block.{wait}", labels(wait = wait.as_secs(), max = 4), on = error)]
    pub async fn wait(&self, wait: Duration) -> Result<(), Duration> {
        std::future::ready(if wait.is_zero() { Ok(()) } else { Err(wait) }).await
    }

    #[cfg_attr(all(), monitor_core::plugin_metric(counter = "shapes.conditional.method"))]
    pub fn conditional_method(&self) {}
}

/// Known to nobody else.
#[monitor_core::plugin_metric(gauge = "shapes.read", read)]
fn read() -> Option<f32> {
    Some(0.5)
}

pub trait Source {
    fn fetch(&self, key: &str) -> impl Future<Output = Result<String, String>> + Send;
}

pub struct Remote;

#[monitor_core::plugin(name = "remote", kind = client, terminal)]
impl Source for Remote {
    #[monitor_core::plugin_metric(counter = "shapes.bytes.{key}", labels(max = 8), value = |Ok(text)| text.len())]
    async fn fetch(&self, key: &str) -> Result<String, String> {
        std::future::ready(Ok(key.to_owned())).await
    }
}

pub struct Cached<S>(pub S);

#[monitor_core::plugin(name = "cached", err)]
impl<S: Source + Sync> Source for Cached<S> {
    async fn fetch(&self, key: &str) -> Result<String, String> {
        if key.is_empty() {
            return Err("nothing".to_owned());
        }
        self.0.fetch(key).await
    }
}

#[test]
fn metrics_and_plugins_of_every_shape() {
    let monitor = Monitor::builder().build();
    let pool = Arc::new(Pool { items: vec!["a"], role: Role::Writer });
    let watch = pool.watch_size();
    monitor.scope(|| {
        imports::below();
        imports::Blocked.run();
        imports::Blocked.skipped();
        above::above();
        let mut pool = Pool { items: vec![1, 2], role: Role::Reader };
        assert_eq!((pool.take(), pool.size()), (Some(2), 1));
        pool.conditional();
        pool.conditional_method();
        assert!(block_on(pool.wait(Duration::from_secs(3))).is_err());
        assert_eq!(block_on(Cached(Remote).fetch("four")), Ok("four".to_owned()));
        assert!(block_on(Cached(Remote).fetch("")).is_err());
    });
    let snapshot = monitor.snapshot();
    let point = |name: &str, labels: &[(&str, &str)]| {
        let metric = snapshot.metric(name).unwrap_or_else(|| panic!("no `{name}`"));
        let point = metric.points.iter().find(|point| {
            point.labels.len() == labels.len()
                && point
                    .labels
                    .iter()
                    .zip(labels)
                    .all(|(known, asked)| known.0 == asked.0 && known.1 == asked.1)
        });
        point.unwrap_or_else(|| panic!("{name}: {:?}", metric.points)).data.clone()
    };
    for name in ["imports.1", "imports.2", "imports.3", "conditional.yes", "conditional.method"] {
        assert_eq!(point(&format!("shapes.{name}"), &[]), MetricData::Counter(1), "{name}");
    }
    assert!(snapshot.metric("shapes.conditional.no").is_none());
    let role = Role::value(Role::Reader.index());
    assert_eq!(point("shapes.taken", &[("role", role)]), MetricData::Counter(1));
    assert_eq!(point("shapes.left", &[]), MetricData::Gauge(2.0));
    assert_eq!(point("shapes.change", &[]), MetricData::UpDownCounter(-1));
    assert_eq!(point("shapes.size", &[("role", "writer")]), MetricData::Gauge(1.0));
    assert_eq!(point("shapes.block", &[("wait", "3")]), MetricData::Counter(1));
    assert_eq!(point("shapes.bytes", &[("key", "four")]), MetricData::Counter(4));
    assert_eq!((point("shapes.read", &[]), read()), (MetricData::Gauge(0.5), Some(0.5)));
    drop(watch);
}
