//! Measuring by hand, where no function stands for what is measured: a span, and every instrument.
//!
//! `cargo run -p examples --example by_hand` prints each of them with its value.

use std::thread;
use std::time::Duration;

use monitor_core::MetricData;
use monitor_core::Monitor;
use monitor_core::Outcome;
use monitor_core::Span;
use monitor_core::instrument::Counter;
use monitor_core::instrument::Gauge;
use monitor_core::instrument::Histogram;
use monitor_core::instrument::UpDownCounter;

static MESSAGES: Counter = Counter::new("queue.messages").unit("{message}").labels(&["topic"], 8);
static FILL: Gauge = Gauge::new("queue.fill").unit("1").description("How full the queue is.");
static SIZE: Histogram = Histogram::new("message.size").unit("By").buckets(&[64.0, 1024.0, 16384.0]);
static WAIT: Histogram = Histogram::new("message.wait").unit("s");
static OPEN: UpDownCounter = UpDownCounter::new("queue.consumers").unit("{consumer}");

fn consume(topic: &str, size: usize) {
    let _open = OPEN.enter();
    // A timer: it records the seconds until it is dropped.
    let _wait = WAIT.start();
    let mut span = Span::start("consume");
    span.set("size", size);
    MESSAGES.add_with(1, &[topic]);
    SIZE.record(size as f64);
    FILL.set(0.25);
    thread::sleep(Duration::from_millis(2));
    span.end(if size > 1024 { Outcome::Error } else { Outcome::Ok });
}

fn main() -> Result<(), monitor_core::InstallError> {
    let monitor = Monitor::builder().install()?;
    for (topic, size) in [("orders", 100), ("orders", 2000), ("refunds", 50)] {
        consume(topic, size);
    }
    for metric in monitor.snapshot().metrics() {
        for point in &metric.points {
            let labels: Vec<_> = point.labels.iter().map(|(name, value)| format!("{name}={value}")).collect();
            let value = match &point.data {
                MetricData::Counter(sum) => sum.to_string(),
                MetricData::Gauge(value) => value.to_string(),
                MetricData::Histogram(all) => format!("{} values, sum {:.4}", all.count(), all.sum()),
                MetricData::UpDownCounter(sum) => sum.to_string(),
                other => format!("{other:?}"),
            };
            println!("{:26} {value:>22} {:11} {}", metric.name, metric.unit, labels.join(" "));
        }
    }
    Ok(())
}
