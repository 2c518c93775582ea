//! Bugsink, which takes what Sentry takes, and shows the errors in it.

use std::fs;
use std::net::SocketAddr;
use std::process::Command;

use monitor_core::Recorder;
use monitor_core::recorders::Sentry;
use serde_json::Value;

use crate::ask::get;
use crate::ask::get_json;
use crate::expected::Expected;
use crate::installed::file;
use crate::peer::Peer;
use crate::sentry;
use crate::server::Server;
use crate::server::eventually;
use crate::server::free_address;

pub(crate) struct Bugsink {
    _server: Server,
    api: String,
    token: String,
    /// Where events go.
    dsn: String,
}

impl Bugsink {
    pub(crate) fn start() -> Self {
        let ready = |name: &str| file("bugsink/ready").join(name);
        let text = |name: &str| fs::read_to_string(ready(name)).unwrap().trim().to_owned();
        let (server, address) = Server::start(
            "bugsink",
            |folder| {
                let address: SocketAddr = free_address();
                for name in ["bugsink_conf.py", "db.sqlite3", "snappea.sqlite3"] {
                    fs::copy(ready(name), folder.join(name)).unwrap();
                }
                let mut command = Command::new(file("bugsink/bin/gunicorn"));
                command.arg(format!("--bind={address}")).args(["--workers=1", "--threads=2", "bugsink.wsgi"]);
                // It keeps a socket at home.
                command.env("PYTHONPATH", folder.path()).env("HOME", folder.path());
                (command, address)
            },
            |address| get(&format!("http://{address}/health/ready"), &[], &[]).map(drop),
        );
        let dsn = format!("http://{}@{address}/1", text("key"));
        Self { _server: server, api: format!("http://{address}/api/canonical/0"), token: text("token"), dsn }
    }

    /// All events with all that is known of each.
    fn events(&self) -> Result<Vec<Value>, String> {
        let mut events = Vec::new();
        for issue in self.list("issues/", &[("project", "1")])? {
            let issue = issue["id"].as_str().ok_or_else(|| format!("{issue}"))?.to_owned();
            for event in self.list("events/", &[("issue", &issue)])? {
                let id = event["id"].as_str().ok_or_else(|| format!("{event}"))?;
                events.push(self.ask(&format!("events/{id}/"), &[])?);
            }
        }
        Ok(events)
    }

    fn list(&self, path: &str, query: &[(&str, &str)]) -> Result<Vec<Value>, String> {
        let answer = self.ask(path, query)?;
        answer["results"].as_array().cloned().ok_or_else(|| format!("{path}: {answer}"))
    }

    fn ask(&self, path: &str, query: &[(&str, &str)]) -> Result<Value, String> {
        let token = format!("Bearer {}", self.token);
        get_json(&format!("{}/{path}", self.api), query, &[("authorization", &token)])
    }
}

impl Peer for Bugsink {
    fn recorder_name(&self) -> &'static str {
        "sentry"
    }

    fn recorder(&self) -> Box<dyn Recorder> {
        // It says that it takes no transactions, and is not asked to.
        Box::new(Sentry::new(&self.dsn).unwrap().traces_sample_rate(0.0))
    }

    fn settings(&self) -> Vec<(&'static str, String)> {
        vec![("DSN", self.dsn.clone()), ("TRACES_SAMPLE_RATE", "0".to_owned())]
    }

    fn check(&self, expected: &Expected) {
        let failed = sentry::failed(expected);
        let events = eventually(|| {
            let events = self.events()?;
            if events.len() >= failed.len() {
                Ok(events)
            } else {
                Err(format!("Bugsink has {} events", events.len()))
            }
        });
        let told: Vec<_> = events.iter().map(|event| &event["data"]).collect();
        sentry::check_events(&told, expected);
    }
}
