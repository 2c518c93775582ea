//! rotel, a collector of OpenTelemetry, which prints what it receives.

use std::net::SocketAddr;
use std::process::Command;

use monitor_core::Recorder;
use monitor_core::recorders::Otlp;
use monitor_core::recorders::otlp::Protocol;

use crate::expected::Expected;
use crate::installed::file;
use crate::installed::output_of;
use crate::installed::script;
use crate::otlp::Received;
use crate::peer::Peer;
use crate::server::Server;
use crate::server::connects;
use crate::server::eventually;
use crate::server::free_address;

pub(crate) struct Rotel {
    server: Server,
    protocol: Protocol,
    address: SocketAddr,
}

impl Rotel {
    /// To be spoken to in this protocol.
    pub(crate) fn start(protocol: Protocol) -> Self {
        let python = file("otlp/bin/python");
        let package =
            output_of(Command::new(python).args(["-c", "import rotel; print(*rotel.__path__, end='')"]))
                .unwrap();
        let (server, (grpc, http)) = Server::start(
            "rotel",
            |_| {
                let (grpc, http) = (free_address(), free_address());
                let mut command = Command::new(format!("{package}/rotel-agent"));
                command
                    .args(["start", "--exporter", "blackhole", "--debug-log-verbosity", "detailed"])
                    .args(["traces", "metrics", "logs"].map(|signal| format!("--debug-log={signal}")))
                    .arg(format!("--otlp-grpc-endpoint={grpc}"))
                    .arg(format!("--otlp-http-endpoint={http}"));
                (command, (grpc, http))
            },
            |(grpc, http)| connects(*grpc).and_then(|()| connects(*http)),
        );
        let address = if protocol == Protocol::Grpc { grpc } else { http };
        Self { server, protocol, address }
    }

    /// What it has printed so far.
    pub(crate) fn read(&self) -> Result<Received, String> {
        let mut reader = script(file("otlp/bin/python"), "read_rotel.py");
        // What it is just printing is not to be read yet.
        let printed = output_of(reader.arg(self.server.folder.join("output")))?;
        Received::from_json(&printed).ok_or(printed)
    }

    fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

impl Peer for Rotel {
    fn recorder_name(&self) -> &'static str {
        "otlp"
    }

    fn recorder(&self) -> Box<dyn Recorder> {
        Box::new(Otlp::default().protocol(self.protocol).endpoint(self.url().parse().unwrap()))
    }

    fn settings(&self) -> Vec<(&'static str, String)> {
        let protocol = match self.protocol {
            Protocol::Grpc => "grpc",
            Protocol::HttpJson => "http/json",
            _ => "http/protobuf",
        };
        vec![("ENDPOINT", self.url()), ("PROTOCOL", protocol.to_owned())]
    }

    fn check(&self, expected: &Expected) {
        // It does not read the numbers in JSON metrics; what these are like is read from a file.
        if self.protocol == Protocol::HttpJson {
            let has_all = |received: Received| received.has_all_records(expected).map(|()| received);
            return eventually(|| self.read().and_then(has_all)).check_records(expected);
        }
        let is_complete = |received: Received| received.is_complete(expected).map(|()| received);
        let received = eventually(|| self.read().and_then(is_complete));
        received.check(expected);
        received.check_exemplars(expected);
    }
}
