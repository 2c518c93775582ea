//! Metrics that are read when a snapshot is taken.

use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering;
use std::thread;
use std::time::Instant;

use monitor_core::MetricData;
use monitor_core::Monitor;
use monitor_core::instrument::Counter;
use monitor_core::instrument::ObservableCounter;
use monitor_core::instrument::ObservableGauge;
use monitor_core::instrument::ObservableUpDownCounter;
use monitor_core::monitored;
use monitor_core::plugin_metric;
use monitor_test::loopback::PATIENCE;

use crate::count;
use crate::gauge;
use crate::point;

static READS: AtomicU64 = AtomicU64::new(0);

#[plugin_metric(gauge = "read.size", unit = "{token}", read)]
fn cached() -> u64 {
    READS.fetch_add(1, Ordering::Relaxed) + 1
}

#[plugin_metric(gauge = "read.unknown", read)]
fn unknown() -> Option<f64> {
    None
}

#[plugin_metric(counter = "read.sum", read)]
const fn sum() -> u32 {
    12
}

struct Cache;

#[monitored]
impl Cache {
    #[plugin_metric(gauge = "read.associated", read)]
    fn limit() -> usize {
        64
    }
}

#[test]
fn a_function_is_read_by_snapshots_alone() {
    let monitor = Monitor::builder().build();
    // Other tests take snapshots at the same time.
    let before = READS.load(Ordering::Relaxed);
    let value = gauge(&monitor, "read.size").unwrap();
    assert!(value > before as f64, "{value} {before}");
    assert_eq!(gauge(&monitor, "read.unknown"), None, "what is not known has no point");
    assert_eq!(point(&monitor, "read.sum", &[]), Some(MetricData::Counter(12)));
    assert_eq!(gauge(&monitor, "read.associated"), Some(64.0));
    // Its calls are measured only where that is asked for.
    monitor.scope(|| assert!(cached() > 0 && unknown().is_none() && sum() == 12 && Cache::limit() == 64));
    assert!(monitor.snapshot().functions().is_empty());
}

struct Pool {
    host: &'static str,
    open: Mutex<Vec<u32>>,
}

impl Pool {
    #[plugin_metric(up_down_counter = "watch.open.{host}", labels(host = self.host, max = 4), watch)]
    fn open(&self) -> usize {
        self.open.lock().unwrap().len()
    }

    #[plugin_metric(gauge = "watch.wait", unit = "ms", watch)]
    #[monitored]
    fn wait(&self) -> Option<std::time::Duration> {
        (self.host == "db-1").then(|| std::time::Duration::from_micros(2_500))
    }
}

fn pool(host: &'static str, open: usize) -> Arc<Pool> {
    Arc::new(Pool { host, open: Mutex::new(vec![0; open]) })
}

#[test]
fn an_object_is_read_for_as_long_as_it_is_watched_and_lives() {
    let monitor = Monitor::builder().build();
    let open = |host| point(&monitor, "watch.open", &[("host", host)]);
    let (one, other) = (pool("db-1", 2), pool("db-2", 3));
    let watch = one.watch_open();
    let _others = [other.watch_open(), other.watch_wait(), one.watch_wait()];
    assert_eq!(open("db-1"), Some(MetricData::UpDownCounter(2)));
    assert_eq!(open("db-2"), Some(MetricData::UpDownCounter(3)));
    assert_eq!(gauge(&monitor, "watch.wait"), Some(2.5));
    one.open.lock().unwrap().push(7);
    assert_eq!(open("db-1"), Some(MetricData::UpDownCounter(3)), "it is read anew each time");
    drop(watch);
    assert_eq!(open("db-1"), None, "nobody watches it any more");
    drop(other);
    // A snapshot of another test may just be looking at it.
    let begun = Instant::now();
    while open("db-2").is_some() {
        assert!(begun.elapsed() < PATIENCE, "the watch keeps it alive");
    }
}

#[test]
fn sums_of_the_same_labels_add_up_and_of_gauges_the_last_counts() {
    static SUM: ObservableCounter = ObservableCounter::new("watch.sum").labels(&["a", "b"], 8);
    static LAST: ObservableGauge = ObservableGauge::new("watch.last");
    let monitor = Monitor::builder().build();
    let numbers = [1_u64, 2].map(Arc::new);
    let _sums = numbers.each_ref().map(|number| SUM.watch_with(number, &["x", "y", "z"], |number| *number));
    let _lasts = numbers.each_ref().map(|number| LAST.watch(number, |number| *number as f64));
    assert_eq!(point(&monitor, "watch.sum", &[("a", "x"), ("b", "y")]), Some(MetricData::Counter(3)));
    assert_eq!(gauge(&monitor, "watch.last"), Some(2.0));
}

#[test]
fn f59_watched_objects_beyond_the_bound_share_one_series() {
    static MANY: ObservableUpDownCounter = ObservableUpDownCounter::new("watch.many").labels(&["host"], 3);
    let monitor = Monitor::builder().build();
    let object = Arc::new(());
    let _watches: Vec<_> =
        (0..10).map(|number| MANY.watch_with(&object, &[&format!("db-{number}")], |()| 1)).collect();
    let overflow = [("otel.metric.overflow", "true")];
    assert_eq!(point(&monitor, "watch.many", &overflow), Some(MetricData::UpDownCounter(7)));
    assert_eq!(monitor.snapshot().metric("watch.many").unwrap().points.len(), 4);
}

#[test]
fn f03_f56_one_that_panics_or_gives_no_number_is_counted_and_the_others_are_read() {
    static PANICS: ObservableGauge = ObservableGauge::new("watch.panics");
    static NOTHING: ObservableGauge = ObservableGauge::new("watch.nothing");
    static GOOD: ObservableGauge = ObservableGauge::new("watch.good");
    let monitor = Monitor::builder().build();
    let object = Arc::new(4);
    // Where another test takes a snapshot at the same time, nothing is wrong: it counts what goes wrong there.
    let here = thread::current().id();
    let is_here = move || thread::current().id() == here;
    let _watches = (
        PANICS.watch(&object, move |_| if is_here() { panic!("of the user's own") } else { 0.0 }),
        NOTHING.watch(&object, move |_| if is_here() { f64::NAN } else { 0.0 }),
        GOOD.watch(&object, |number| *number),
    );
    let before = monitor.losses();
    assert_eq!(gauge(&monitor, "watch.good"), Some(4.0));
    let after = monitor.losses();
    assert_eq!(after.evaluations_panicked, before.evaluations_panicked + 1);
    assert_eq!(after.values_rejected, before.values_rejected + 1);
    assert!(monitor.snapshot().metric("watch.panics").is_some_and(|metric| metric.points.is_empty()));
}

#[test]
fn one_that_takes_a_snapshot_or_records_neither_recurses_nor_waits_for_ever() {
    static INNER: ObservableGauge = ObservableGauge::new("watch.inner");
    static RECORDED: Counter = Counter::new("watch.recorded");
    let monitor = Monitor::builder().build();
    let theirs = Arc::new(monitor.clone());
    let _watch = INNER.watch(&theirs, |monitor| {
        RECORDED.add(1);
        // Takes a watch itself as well.
        drop(INNER.watch(&Arc::new(()), |()| 0));
        monitor.snapshot().metrics().len() as f64
    });
    let value = monitor.scope(|| gauge(&monitor, "watch.inner"));
    assert!(value.is_some());
    assert_eq!(
        count(&monitor, "watch.recorded"),
        1,
        "a tick of a reading is in the snapshot that it is read for"
    );
}
