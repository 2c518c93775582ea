//! CloudWatch: lines as it takes them, with all that was counted in them.

use std::collections::BTreeMap;
use std::io;
use std::io::Write;
use std::sync::Arc;
use std::sync::Mutex;

use monitor_core::Monitor;
use monitor_core::instrument::Counter;
use monitor_core::instrument::Gauge;
use monitor_core::instrument::Histogram;
use monitor_core::recorders::CloudWatchEmf;
use monitor_core::recorders::cloudwatch_emf::DimensionSet;
use monitor_core::recorders::cloudwatch_emf::Histograms;
use monitor_core::recorders::cloudwatch_emf::StorageResolution;
use monitor_test::conformance;
use monitor_test::loopback::PATIENCE;
use proptest::collection::vec;
use proptest::prelude::any;
use proptest::proptest;
use proptest::test_runner::Config;
use serde_json::Value;

use crate::emf_judge::Targets;
use crate::emf_judge::judged;

#[derive(Clone, Default)]
struct Page(Arc<Mutex<Vec<u8>>>);

impl Page {
    #[track_caller]
    fn take(&self, targets: Targets) -> Vec<Value> {
        let text = String::from_utf8(std::mem::take(&mut *self.0.lock().unwrap())).unwrap();
        assert!(text.is_empty() || text.ends_with('\n'));
        text.lines().map(|line| judged(line, targets)).collect()
    }
}

impl Write for Page {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Names of all that is told as a metric, with the labels of the line.
fn told(lines: &[Value]) -> Vec<(String, BTreeMap<String, String>, Value)> {
    let mut told = Vec::new();
    for line in lines {
        let members = line.as_object().unwrap();
        let labels =
            members.iter().filter_map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned())));
        let labels: BTreeMap<_, _> = labels.collect();
        for metric in line["_aws"]["CloudWatchMetrics"][0]["Metrics"].as_array().unwrap() {
            let name = metric["Name"].as_str().unwrap().to_owned();
            told.push((name.clone(), labels.clone(), members[&name].clone()));
        }
    }
    told
}

static SOLD: Counter = Counter::new("aws.sold").unit("{thing}").labels(&["item", "_aws"], 1_000);
static TOOK: Histogram = Histogram::new("aws.took").unit("ms");
static FILLED: Gauge = Gauge::new("aws.filled").unit("%");

#[test]
fn f65_lines_are_what_cloudwatch_takes_and_counts_are_exact_whatever_the_values_are() {
    let forms = [Histograms::Summary, Histograms::Values, Histograms::Distribution];
    proptest!(Config::with_cases(60), |(
        sold in vec((".{0,20}", ".{0,1200}", 0_u64..1 << 50), 0..30),
        took in vec(any::<f64>(), 0..300),
        filled in any::<f64>(),
        form in 0..3_usize,
    )| {
        let page = Page::default();
        let emf = CloudWatchEmf::to(page.clone())
            .histograms(forms[form])
            .storage_resolution(StorageResolution::Second)
            .dimensions([DimensionSet::all(), DimensionSet::of(["item", "service.name"]), DimensionSet::none()]);
        let monitor = Monitor::builder().recorder(emf).interval(PATIENCE).build();
        let counted = monitor.scope(|| {
            sold.iter().for_each(|(item, aws, count)| SOLD.add_with(*count, &[item, aws]));
            took.iter().for_each(|value| TOOK.record(*value));
            FILLED.set(filled);
            sold.iter().map(|(.., count)| count).sum::<u64>()
        });
        let recorded = monitor.snapshot().metric("aws.took").map_or(0, |metric| match &metric.points[0].data {
            monitor_core::MetricData::Histogram(histogram) => histogram.count(),
            _ => 0,
        });
        monitor.shutdown(PATIENCE).unwrap();
        let told = told(&page.take(Targets::WithDistributions));
        let sum = |name: &str| told.iter().filter(|it| it.0 == name).filter_map(|it| it.2.as_u64()).sum::<u64>();
        assert_eq!(sum("aws.sold"), counted);
        let took = match forms[form] {
            Histograms::Distribution => told.iter().filter(|it| it.0 == "aws.took").filter_map(|it| it.2["Count"].as_u64()).sum(),
            _ => sum("aws.took.count"),
        };
        // A sum that is larger than CloudWatch takes is left out, with the rest of a distribution.
        assert!(took == recorded || forms[form] == Histograms::Distribution, "{took} of {recorded}");
    });
}

#[test]
fn f65_hostile_texts_add_no_metric_and_break_no_line() {
    let page = Page::default();
    // How often the recorder was called is another matter.
    let of_program = |name: &str| !name.starts_with("otel.sdk.");
    conformance::faithful(
        || CloudWatchEmf::to(page.clone()),
        || told(&page.take(Targets::Described)).iter().filter(|(name, ..)| of_program(name)).count(),
    );
}
