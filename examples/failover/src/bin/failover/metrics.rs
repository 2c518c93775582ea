//! What the plugins counted, as lines.

use std::fmt::Write;

use monitor_core::Metric;
use monitor_core::MetricData;
use monitor_core::MetricPoint;
use monitor_core::Snapshot;

/// A line for each value of the plugins' metrics.
pub(crate) fn lines(snapshot: &Snapshot) -> String {
    let metrics = SHOWN.iter().filter_map(|name| snapshot.metric(name));
    let points = metrics.flat_map(|metric| metric.points.iter().map(move |point| (metric, point)));
    points.fold(String::new(), |mut text, (metric, point)| {
        let labels: Vec<_> = point.labels.iter().map(|(_, value)| &**value).collect();
        let line = format!("  {:<41} {:>7}  {}", metric.name, value(metric, point), labels.join(" "));
        let _ = writeln!(text, "{}", line.trim_end());
        text
    })
}

fn value(metric: &Metric, point: &MetricPoint) -> String {
    let number = match &point.data {
        MetricData::Counter(number) => number.to_string(),
        MetricData::Gauge(number) if metric.unit.is_empty() => number.to_string(),
        MetricData::Gauge(number) => format!("{number:.2}"),
        other => format!("{other:?}"),
    };
    format!("{number} {}", metric.unit).trim_end().to_owned()
}

const SHOWN: &[&str] = &[
    "writer_failover.triggered.count",
    "writer_failover.completed.success.count",
    "writer_failover.completed.failed.count",
    "reader_failover.triggered.count",
    "host_monitoring.connections.aborted",
    "host_monitoring.host_unhealthy.count",
    "stale_dns.stale.detected",
    "iam.fetch_token.count",
    "iam.token_cache.size",
    "frt.hosts.count",
    "frt.response.time",
];

#[cfg(test)]
mod tests {
    use monitor_core::Monitor;
    use monitor_core::plugin_metric;

    use super::*;

    #[plugin_metric(counter = "reader_failover.triggered.count")]
    #[plugin_metric(gauge = "frt.response.time.{host}", unit = "ms", labels(max = 4), value = 0.123)]
    fn fail_over(host: &str) {
        let _ = host;
    }

    #[test]
    fn a_metric_has_a_line_a_value_with_its_unit_and_its_host() {
        let monitor = Monitor::builder().build();
        monitor.scope(|| fail_over("db-1"));
        let lines = lines(&monitor.snapshot());
        let lines: Vec<Vec<_>> = lines.lines().map(|line| line.split_whitespace().collect()).collect();
        for expected in
            [&["reader_failover.triggered.count", "1"][..], &["frt.response.time", "0.12", "ms", "db-1"]]
        {
            assert!(lines.iter().any(|line| line == expected), "{expected:?} is not in {lines:?}");
        }
    }
}
