//! Graphite: carbon takes the points, whisper keeps them, the web application shows them.

use std::collections::BTreeMap;
use std::fs;
use std::net::SocketAddr;
use std::process::Command;

use monitor_core::Recorder;
use monitor_core::recorders::Graphite;
use monitor_core::recorders::graphite::Protocol;

use crate::ask::get_json;
use crate::dotted::PREFIX;
use crate::dotted::of_call;
use crate::dotted::of_value;
use crate::expected;
use crate::expected::Expected;
use crate::installed::SCRIPTS;
use crate::installed::file;
use crate::installed::is_there;
use crate::installed::output_of;
use crate::installed::script;
use crate::peer::Peer;
use crate::program;
use crate::server::Server;
use crate::server::connects;
use crate::server::eventually;
use crate::server::free_address;

/// The system's own, which has what the packages of the system brought along.
const PYTHON: &str = "/usr/bin/python3";

pub(crate) struct Carbon {
    web: Option<Web>,
    server: Server,
    protocol: Protocol,
    ports: Ports,
}

#[derive(Clone, Copy)]
struct Ports {
    /// Lines over TCP and UDP.
    lines: SocketAddr,
    pickle: SocketAddr,
    query: SocketAddr,
}

impl Carbon {
    /// To be spoken to in this protocol; in lines, with the web application if that is installed.
    pub(crate) fn start(protocol: Protocol) -> Self {
        let (server, ports) = Server::start(
            "carbon",
            |folder| {
                let ports = Ports { lines: free_address(), pickle: free_address(), query: free_address() };
                let place = folder.text();
                let config = format!(
                    "[cache]\nSTORAGE_DIR = {place}\nCONF_DIR = {place}\nLOG_DIR = {place}\nPID_DIR = {place}\n\
                     LOCAL_DATA_DIR = {place}/whisper\nUSER =\nENABLE_UDP_LISTENER = True\n\
                     LINE_RECEIVER_INTERFACE = 127.0.0.1\nLINE_RECEIVER_PORT = {lines}\n\
                     UDP_RECEIVER_INTERFACE = 127.0.0.1\nUDP_RECEIVER_PORT = {lines}\n\
                     PICKLE_RECEIVER_INTERFACE = 127.0.0.1\nPICKLE_RECEIVER_PORT = {pickle}\n\
                     CACHE_QUERY_INTERFACE = 127.0.0.1\nCACHE_QUERY_PORT = {query}\n\
                     MAX_CREATES_PER_MINUTE = inf\nMAX_UPDATES_PER_SECOND = inf\nENABLE_TAGS = False\n\
                     CARBON_METRIC_INTERVAL = 0\n",
                    lines = ports.lines.port(),
                    pickle = ports.pickle.port(),
                    query = ports.query.port(),
                );
                folder.write("storage-schemas.conf", "[all]\npattern = .*\nretentions = 1s:1h\n");
                fs::create_dir(folder.join("whisper")).unwrap();
                let mut command = Command::new("/usr/bin/carbon-cache");
                command
                    .arg(format!("--config={}", folder.write("carbon.conf", &config).display()))
                    .args(["--nodaemon", "start"]);
                (command, ports)
            },
            |ports| [ports.lines, ports.pickle, ports.query].into_iter().try_for_each(connects),
        );
        let with_web = protocol == Protocol::Plaintext && is_there("graphite_web");
        let web = with_web.then(|| Web::start(&server, ports));
        Self { web, server, protocol, ports }
    }

    /// All points of all series on disk, of each the oldest first.
    fn read(&self) -> Result<BTreeMap<String, Vec<f64>>, String> {
        let printed = output_of(script(PYTHON, "read_whisper.py").arg(self.server.folder.join("whisper")))?;
        serde_json::from_str(&printed).map_err(|error| format!("{error}: {printed}"))
    }

    fn url(&self) -> String {
        match self.protocol {
            Protocol::Pickle => format!("tcp://{}", self.ports.pickle),
            _ => format!("tcp://{}", self.ports.lines),
        }
    }

    /// The web application shows the same, and the events.
    fn check_web(&self, web: &Web) {
        let shown = eventually(|| {
            let target = of_value("servers.temperature", None);
            let query = [("target", &*target), ("format", "json"), ("from", "-5min")];
            let answer = get_json(&format!("http://{}/render", web.address), &query, &[])?;
            let points = answer[0]["datapoints"].as_array().ok_or_else(|| answer.to_string())?;
            points.iter().filter_map(|point| point[0].as_f64()).next_back().ok_or_else(|| answer.to_string())
        });
        assert_eq!(shown, program::TEMPERATURE);
        let events = eventually(|| {
            let answer = get_json(&format!("http://{}/events/get_data", web.address), &[], &[])?;
            let events = answer.as_array().cloned().ok_or_else(|| answer.to_string())?;
            if events.len() >= program::EACH {
                Ok(events)
            } else {
                Err(format!("graphite-web has {events:?}"))
            }
        });
        assert_eq!(events.len(), program::EACH);
        assert!(
            events
                .iter()
                .all(|event| event["what"].as_str().is_some_and(|what| what.contains(program::OUT_OF_INK)))
        );
    }
}

/// The web application.
struct Web {
    _server: Server,
    address: SocketAddr,
}

impl Web {
    fn start(carbon: &Server, ports: Ports) -> Self {
        let (server, address) = Server::start(
            "graphite-web",
            |folder| {
                let address = free_address();
                fs::copy(file("graphite/graphite.db"), folder.join("graphite.db")).unwrap();
                fs::create_dir(folder.join("log")).unwrap();
                let mut command = Command::new(PYTHON);
                command
                    .args(["-W", "ignore", "-m", "django", "runserver", "--noreload", "--insecure"])
                    .arg(address.to_string())
                    .env("PYTHONPATH", SCRIPTS)
                    .env("PYTHONDONTWRITEBYTECODE", "1")
                    .env("DJANGO_SETTINGS_MODULE", "graphite_settings")
                    .env("GRAPHITE", folder.path())
                    .env("GRAPHITE_WHISPER", carbon.folder.join("whisper"))
                    .env("GRAPHITE_CARBON", ports.query.to_string());
                (command, address)
            },
            |address| get_json(&format!("http://{address}/events/get_data"), &[], &[]).map(drop),
        );
        Self { _server: server, address }
    }
}

impl Peer for Carbon {
    fn recorder_name(&self) -> &'static str {
        "graphite"
    }

    fn recorder(&self) -> Box<dyn Recorder> {
        let graphite =
            Graphite::default().protocol(self.protocol).address(self.url().parse().unwrap()).prefix(PREFIX);
        match &self.web {
            Some(web) => {
                Box::new(graphite.events_url(format!("http://{}/events/", web.address).parse().unwrap()))
            }
            None => Box::new(graphite),
        }
    }

    fn settings(&self) -> Vec<(&'static str, String)> {
        let mut settings = vec![("ADDRESS", self.url()), ("PREFIX", PREFIX.to_owned())];
        if let Some(web) = &self.web {
            settings.push(("EVENTS_URL", format!("http://{}/events/", web.address)));
        }
        settings
    }

    fn check(&self, expected: &Expected) {
        let mut counted = BTreeMap::new();
        for (series, count) in expected.counts() {
            counted.insert(of_call("function.calls", &series), count as f64);
            counted.insert(of_call("function.calls.duration", &series) + ".count", count as f64);
        }
        for (customer, orders) in program::ORDERS {
            counted.insert(of_value("servers.orders", Some(customer)), orders as f64);
        }
        counted.insert(of_value("servers.temperature", None), program::TEMPERATURE);
        counted.insert(of_value("servers.weight", None) + ".sum", program::WEIGHTS.iter().sum());
        let points = eventually(|| {
            let points = self.read()?;
            let last = |name: &str| points.get(name).and_then(|points| points.last()).copied();
            let differs = counted.iter().find(|(name, value)| last(name) != Some(**value));
            match differs {
                Some((name, value)) => {
                    Err(format!("{name} is {:?} instead of {value} in {points:#?}", last(name)))
                }
                None => Ok(points),
            }
        });
        for (key, calls) in expected.series() {
            let sum = points[&(of_call("function.calls.duration", &key) + ".sum")].last().copied();
            calls.check_sum(sum.unwrap(), expected::ROUNDING);
        }
        assert!(points.keys().all(|name| name.starts_with(PREFIX)), "{:?}", points.keys());
        if let Some(web) = &self.web {
            self.check_web(web);
        }
    }
}
