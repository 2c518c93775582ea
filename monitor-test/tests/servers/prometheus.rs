//! Prometheus, which scrapes the program, and promtool.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::net::SocketAddr;
use std::process::Command;
use std::process::Stdio;

use monitor_core::Recorder;
use monitor_core::recorders;
use serde_json::Value;

use crate::ask::get;
use crate::ask::get_json;
use crate::expected;
use crate::expected::Expected;
use crate::expected::Series;
use crate::peer::Peer;
use crate::program;
use crate::server::Server;
use crate::server::eventually;
use crate::server::free_address;

/// How far a bound of the program's own histograms may be off.
const ERROR: f64 = 0.05;

pub(crate) type Labels = BTreeMap<String, String>;

pub(crate) struct Prometheus {
    _server: Server,
    api: String,
    /// Where the program is to be scraped.
    target: SocketAddr,
}

struct Ports {
    own: SocketAddr,
    target: SocketAddr,
}

impl Prometheus {
    pub(crate) fn start() -> Self {
        let (server, ports) = Server::start(
            "prometheus",
            |folder| {
                let ports = Ports { own: free_address(), target: free_address() };
                let config = format!(
                    "global: {{scrape_interval: 1s}}\n\
                     scrape_configs: [{{job_name: program, static_configs: [{{targets: ['{}']}}]}}]\n",
                    ports.target
                );
                let mut command = Command::new("prometheus");
                command
                    .arg(format!("--config.file={}", folder.write("prometheus.yml", &config).display()))
                    .arg(format!("--storage.tsdb.path={}", folder.join("data").display()))
                    .arg(format!("--web.listen-address={}", ports.own))
                    .args(["--enable-feature=exemplar-storage", "--log.level=warn"]);
                (command, ports)
            },
            |ports| get(&format!("http://{}/-/ready", ports.own), &[], &[]).map(drop),
        );
        Self { _server: server, api: format!("http://{}/api/v1", ports.own), target: ports.target }
    }

    /// Each example of a duration is a call that there was.
    fn check_exemplars(&self, expected: &Expected) {
        let query =
            [("query", "function_calls_duration_seconds_bucket"), ("start", "0"), ("end", "9999999999")];
        let answer = get_json(&format!("{}/query_exemplars", self.api), &query, &[]).unwrap();
        let mut functions = BTreeMap::new();
        for series in answer["data"].as_array().unwrap() {
            for exemplar in series["exemplars"].as_array().unwrap() {
                let text =
                    |name: &str| exemplar["labels"][name].as_str().unwrap_or_else(|| panic!("{exemplar}"));
                let call = expected.call(text("span_id"));
                assert_eq!(
                    (text("trace_id"), &series["seriesLabels"]["function"]),
                    (&*call.trace, &Value::from(&*call.function))
                );
                call.check_duration(exemplar["value"].as_str().unwrap().parse().unwrap(), 1e-9);
                *functions.entry(call.function.clone()).or_insert(0) += 1;
            }
        }
        // Of two series that are looked at together one may miss out until the next time.
        assert!(functions.len() >= 3, "exemplars of {functions:?}");
    }

    /// What the program shows to those who do not know OpenMetrics has no fault for Prometheus' own tool either.
    fn check_text(&self) {
        let text = get(&format!("http://{}/metrics", self.target), &[], &[("accept", "text/plain")]).unwrap();
        let mut tool = Command::new("promtool")
            .args(["check", "metrics"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        tool.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
        let output = tool.wait_with_output().unwrap();
        let said =
            [output.stdout, output.stderr].map(|said| String::from_utf8_lossy(&said).into_owned()).concat();
        assert!(output.status.success() && said.is_empty(), "promtool: {}: {said}", output.status);
    }

    /// The newest value of each series.
    pub(crate) fn query(&self, query: &str) -> Result<Vec<(Labels, f64)>, String> {
        let answer = get_json(&format!("{}/query", self.api), &[("query", query)], &[])?;
        let results = answer["data"]["result"].as_array().ok_or_else(|| format!("{query}: {answer}"))?;
        let point = |result: &Value| {
            let labels = result["metric"].as_object()?.iter();
            let labels = labels
                .map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned())))
                .collect::<Option<_>>()?;
            Some((labels, result["value"][1].as_str()?.parse().ok()?))
        };
        results.iter().map(|result| point(result).ok_or_else(|| format!("{query}: {result}"))).collect()
    }
}

impl Peer for Prometheus {
    fn recorder_name(&self) -> &'static str {
        "prometheus"
    }

    fn recorder(&self) -> Box<dyn Recorder> {
        Box::new(recorders::Prometheus::default().listen(self.target))
    }

    fn settings(&self) -> Vec<(&'static str, String)> {
        vec![("LISTEN", self.target.to_string())]
    }

    fn check(&self, expected: &Expected) {
        let series = expected.series();
        eventually(|| {
            let counted: BTreeMap<Series, u64> = self
                .query("function_calls_total")?
                .iter()
                .map(|(labels, value)| (of_call(labels), *value as u64))
                .collect();
            if counted == expected.counts() { Ok(()) } else { Err(format!("Prometheus counts {counted:?}")) }
        });
        let now = |query: &str| self.query(query).unwrap();
        for (labels, seconds) in now("function_calls_duration_seconds_sum") {
            series[&of_call(&labels)].check_sum(seconds, expected::ROUNDING);
        }
        let buckets = now("function_calls_duration_seconds_bucket");
        for (labels, count) in &buckets {
            let bound = labels["le"].parse().unwrap();
            series[&of_call(labels)].check_bucket(bound, *count as u64, ERROR);
        }
        let with_buckets: BTreeMap<Series, ()> =
            buckets.iter().map(|(labels, _)| (of_call(labels), ())).collect();
        assert!(with_buckets.keys().eq(series.keys()), "{:?}", with_buckets.keys());

        let orders: BTreeMap<String, f64> = now("servers_orders_total")
            .into_iter()
            .map(|(labels, value)| (labels["customer"].clone(), value))
            .collect();
        let told: BTreeMap<String, f64> =
            program::ORDERS.iter().map(|(customer, orders)| (visible(customer), *orders as f64)).collect();
        assert_eq!(orders, told);
        let values = |query| -> Vec<f64> { now(query).into_iter().map(|(_, value)| value).collect() };
        assert_eq!(values("servers_temperature_celsius"), [program::TEMPERATURE]);
        assert_eq!(values("servers_weight_bytes_sum"), [program::WEIGHTS.iter().sum::<f64>()]);
        let within: BTreeMap<String, f64> = now("servers_weight_bytes_bucket")
            .into_iter()
            .map(|(labels, value)| (labels["le"].clone(), value))
            .collect();
        for (bound, count) in &within {
            let bound: f64 = bound.parse().unwrap();
            assert_eq!(*count, program::WEIGHTS.iter().filter(|weight| **weight <= bound).count() as f64);
        }
        assert!(within.len() >= 4, "{within:?}");

        self.check_exemplars(expected);
        self.check_text();
    }
}

/// What could command a terminal is shown instead; a line break is one, as the format can say so.
fn visible(text: &str) -> String {
    let shown = |letter: char| {
        let hidden = letter != '\n' && (letter.is_control() || ('\u{202a}'..='\u{202e}').contains(&letter));
        if hidden { letter.escape_unicode().to_string() } else { letter.to_string() }
    };
    text.chars().map(shown).collect()
}

/// Which calls the labels speak of.
fn of_call(labels: &Labels) -> Series {
    let text = |name: &str| labels.get(name).cloned().unwrap_or_default();
    (text("function"), text("outcome"), text("error_type"))
}
