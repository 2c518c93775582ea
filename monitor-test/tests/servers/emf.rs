//! A file in CloudWatch's embedded metric format, judged by the schema of AWS.

use std::collections::BTreeMap;
use std::fs;
use std::process::Stdio;

use monitor_core::Recorder;
use monitor_core::recorders::CloudWatchEmf;
use serde_json::Value;

use crate::expected;
use crate::expected::Expected;
use crate::expected::Series;
use crate::folder::Folder;
use crate::installed::file;
use crate::installed::output_of;
use crate::installed::script;
use crate::peer::Peer;
use crate::program;
use crate::server::eventually;

const FILE: &str = "metrics.jsonl";
const NAMESPACE: &str = "Shop/Checkout";

pub(crate) struct Emf {
    folder: Folder,
}

impl Emf {
    pub(crate) fn start() -> Self {
        Self { folder: Folder::new("emf") }
    }

    /// All lines so far.
    fn read(&self) -> Result<Vec<Value>, String> {
        let text = fs::read_to_string(self.folder.join(FILE)).map_err(|error| error.to_string())?;
        text.lines()
            .map(|line| serde_json::from_str(line).map_err(|error| format!("{error}: {line}")))
            .collect()
    }
}

/// The sums of a metric, of each of its series: CloudWatch adds up what it is told.
fn sums(lines: &[Value], metric: &str) -> BTreeMap<Series, f64> {
    let mut sums = BTreeMap::new();
    for line in lines {
        let text = |name: &str| line[name].as_str().unwrap_or_default().to_owned();
        if let Some(value) = line[metric].as_f64() {
            *sums.entry((text("function"), text("outcome"), text("error.type"))).or_default() += value;
        }
    }
    sums
}

impl Peer for Emf {
    fn recorder_name(&self) -> &'static str {
        "cloudwatch_emf"
    }

    fn recorder(&self) -> Box<dyn Recorder> {
        Box::new(CloudWatchEmf::default().path(self.folder.join(FILE)).namespace(NAMESPACE).unwrap())
    }

    fn settings(&self) -> Vec<(&'static str, String)> {
        let path = self.folder.join(FILE).display().to_string();
        vec![("PATH", path), ("NAMESPACE", NAMESPACE.to_owned())]
    }

    fn check(&self, expected: &Expected) {
        let number = |value: &Value| value.as_f64().unwrap();
        let wanted = expected.counts().into_iter().map(|(series, count)| (series, count as f64)).collect();
        let lines = eventually(|| {
            let lines = self.read()?;
            let counted = sums(&lines, "function.calls");
            if counted == wanted { Ok(lines) } else { Err(format!("CloudWatch counts {counted:?}")) }
        });
        let series = expected.series();
        assert_eq!(sums(&lines, "function.calls.duration.count"), wanted);
        for (key, seconds) in sums(&lines, "function.calls.duration.sum") {
            series[&key].check_sum(seconds, expected::ROUNDING);
        }
        let values =
            |name: &str| lines.iter().filter(|line| !line[name].is_null()).cloned().collect::<Vec<_>>();
        let orders: BTreeMap<String, f64> = values("servers.orders")
            .iter()
            .map(|line| (line["customer"].as_str().unwrap().to_owned(), number(&line["servers.orders"])))
            .collect();
        let ascii = |text: &str| {
            text.chars().map(|letter| if (' '..='~').contains(&letter) { letter } else { '_' }).collect()
        };
        assert_eq!(
            orders,
            program::ORDERS.iter().map(|(customer, orders)| (ascii(customer), *orders as f64)).collect()
        );
        let temperature = values("servers.temperature").pop().unwrap();
        assert_eq!(number(&temperature["servers.temperature"]), program::TEMPERATURE);
        let weighed =
            |part: &str| number(&values("servers.weight.count")[0][format!("servers.weight.{part}")]);
        assert_eq!(weighed("count"), program::WEIGHTS.len() as f64);
        assert_eq!(weighed("sum"), program::WEIGHTS.iter().sum::<f64>());
        assert!(lines.iter().all(|line| line["_aws"]["CloudWatchMetrics"][0]["Namespace"] == NAMESPACE));

        let schema = file("emf/aws_lambda_powertools/metrics/schema.json");
        let told = fs::File::open(self.folder.join(FILE)).unwrap();
        let mut judge = script(file("otlp/bin/python"), "check_emf.py");
        output_of(judge.arg(schema).stdin(Stdio::from(told))).unwrap();
    }
}
