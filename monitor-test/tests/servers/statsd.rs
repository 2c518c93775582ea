//! The first StatsD server, Etsy's, asked through its management port before it forwards anything.

use std::collections::BTreeMap;
use std::io;
use std::io::BufRead as _;
use std::io::BufReader;
use std::io::Write as _;
use std::net::SocketAddr;
use std::net::TcpStream;
use std::process::Command;
use std::process::Stdio;
use std::time::Duration;

use monitor_core::Recorder;
use monitor_core::recorders;
use serde_json::Value;
use serde_json::json;

use crate::dotted::PREFIX;
use crate::dotted::is_about_recorders;
use crate::dotted::is_self_duration;
use crate::dotted::of_call;
use crate::dotted::of_value;
use crate::expected::Expected;
use crate::installed::file;
use crate::peer::Peer;
use crate::program;
use crate::server::Server;
use crate::server::connects;
use crate::server::eventually;
use crate::server::free_address;

/// How far a value may be off that stands for those of a histogram: by the width of a bucket, of which there are at least
/// sixteen to a power of two where the longest call takes less than a thousand times the shortest.
const ERROR: f64 = 0.045;

pub(crate) struct Statsd {
    _server: Server,
    /// Over UDP and TCP.
    address: SocketAddr,
    management: SocketAddr,
}

impl Statsd {
    pub(crate) fn start() -> Self {
        let (server, (address, management)) = Server::start(
            "statsd",
            |folder| {
                let (address, management) = (free_address(), free_address());
                let server = |kind: &str| json!({ "server": format!("./servers/{kind}"), "address": "127.0.0.1", "port": address.port() });
                let config = json!({
                    "servers": [server("udp"), server("tcp")],
                    "mgmt_address": "127.0.0.1",
                    "mgmt_port": management.port(),
                    "backends": [],
                    // Never: what has come is to be read.
                    "flushInterval": 3_600_000,
                });
                let mut command = Command::new("node");
                command.arg(file("statsd/node_modules/statsd/stats.js"));
                // A literal of JavaScript, which JSON is.
                command.arg(folder.write("config.js", &config.to_string()));
                (command, (address, management))
            },
            |(address, management)| connects(*address).and_then(|()| connects(*management)),
        );
        Self { _server: server, address, management }
    }

    fn url(&self) -> String {
        format!("udp://{}", self.address)
    }

    /// All counters, gauges or timers.
    fn read(&self, what: &str) -> Result<BTreeMap<String, Value>, String> {
        let problem = |error: io::Error| format!("{what}: {error}");
        let mut stream = TcpStream::connect(self.management).map_err(problem)?;
        stream.set_read_timeout(Some(Duration::from_secs(5))).map_err(problem)?;
        writeln!(stream, "{what}").map_err(problem)?;
        let mut literal = String::new();
        for line in BufReader::new(stream).lines() {
            match line.map_err(problem)?.as_str() {
                "END" => return parse_literal(&literal).ok_or_else(|| format!("{what}: {literal}")),
                line => literal += line,
            }
        }
        Err(format!("{what}: no end after {literal}"))
    }
}

impl Peer for Statsd {
    fn recorder_name(&self) -> &'static str {
        "statsd"
    }

    fn recorder(&self) -> Box<dyn Recorder> {
        Box::new(recorders::Statsd::default().address(self.url().parse().unwrap()).prefix(PREFIX))
    }

    fn settings(&self) -> Vec<(&'static str, String)> {
        vec![("ADDRESS", self.url()), ("PREFIX", PREFIX.to_owned())]
    }

    fn check(&self, expected: &Expected) {
        let series = expected.series();
        let mut counted: BTreeMap<String, f64> = expected
            .counts()
            .iter()
            .map(|(series, count)| (of_call("function.calls", series), *count as f64))
            .collect();
        for (customer, orders) in program::ORDERS {
            counted.insert(of_value("servers.orders", Some(customer)), orders as f64);
        }
        // Warnings are told without being asked for.
        counted.insert(format!("{PREFIX}.events.{}", program::OUT_OF_INK), program::EACH as f64);
        eventually(|| {
            let mut counters = self.read("counters")?;
            assert_eq!(counters["statsd.bad_lines_seen"], json!(0));
            counters.retain(|name, _| !is_about_recorders(name) && !name.starts_with("statsd."));
            let counters: BTreeMap<_, _> = counters
                .into_iter()
                .map(|(name, value)| (name, value.as_f64().unwrap_or(f64::NAN)))
                .collect();
            if counters == counted {
                Ok(())
            } else {
                Err(format!("StatsD counted {counters:#?} instead of {counted:#?}"))
            }
        });
        let mut timers = self.read("timers").unwrap();
        for (key, calls) in &series {
            let values = timers.remove(&of_call("function.calls.duration", key)).unwrap_or_default();
            let values: Vec<f64> =
                values.as_array().unwrap().iter().map(|value| value.as_f64().unwrap() / 1e3).collect();
            calls.check_values(values, ERROR);
        }
        let weights = timers.remove(&of_value("servers.weight", None)).unwrap_or_default();
        assert_eq!(weights.as_array().map(Vec::len), Some(program::WEIGHTS.len()), "{weights}");
        timers.retain(|name, _| !is_about_recorders(name) && !is_self_duration(name));
        assert!(timers.is_empty(), "{timers:?}");
        let gauges = self.read("gauges").unwrap();
        assert_eq!(gauges[&of_value("servers.temperature", None)], json!(program::TEMPERATURE));
        assert!(gauges.keys().all(|name| name.starts_with(PREFIX)), "{gauges:?}");
    }
}

/// What Node prints of an object is a literal of its own language, which is not JSON.
fn parse_literal(literal: &str) -> Option<BTreeMap<String, Value>> {
    let script =
        "process.stdout.write(JSON.stringify(eval('(' + require('fs').readFileSync(0, 'utf8') + ')')))";
    let mut node = Command::new("node")
        .args(["-e", script])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .ok()?;
    node.stdin.take()?.write_all(literal.as_bytes()).ok()?;
    serde_json::from_slice(&node.wait_with_output().ok()?.stdout).ok()
}
