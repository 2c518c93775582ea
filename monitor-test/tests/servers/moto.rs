//! moto, which answers as AWS X-Ray does, behind a daemon that hands on what comes over UDP.

use std::collections::BTreeSet;
use std::net::Ipv4Addr;
use std::net::SocketAddr;
use std::net::UdpSocket;
use std::process::Command;
use std::sync::Arc;
use std::sync::Mutex;
use std::thread;
use std::thread::JoinHandle;

use monitor_core::Recorder;
use monitor_core::recorders::XRay;
use serde_json::Value;
use serde_json::json;

use crate::ask::post_json;
use crate::expected::Expected;
use crate::installed::file;
use crate::peer::Peer;
use crate::program;
use crate::server::Server;
use crate::server::eventually;
use crate::server::free_address;

/// It looks at the service and the region in here, and at nothing else.
const SIGNATURE: (&str, &str) = (
    "authorization",
    "AWS4-HMAC-SHA256 Credential=x/20260101/us-east-1/xray/aws4_request, SignedHeaders=host, Signature=0",
);

/// Times are floating-point numbers of seconds since 1970, which have no more digits.
const ROUNDING: f64 = 2e-6;

pub(crate) struct Moto {
    _server: Server,
    api: Api,
    daemon: Daemon,
}

/// Takes segments over UDP and hands them to the service, as the daemon of AWS does.
struct Daemon {
    address: SocketAddr,
    /// What went wrong.
    problems: Arc<Mutex<Vec<String>>>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Clone)]
struct Api(SocketAddr);

impl Moto {
    pub(crate) fn start() -> Self {
        let (server, address) = Server::start(
            "moto",
            |_| {
                let address = free_address();
                let mut command = Command::new(file("moto/bin/moto_server"));
                command.args(["-H", "127.0.0.1", "-p"]).arg(address.port().to_string());
                (command, address)
            },
            // The first question to a service takes seconds.
            |address| Api(*address).documents(&BTreeSet::new()).map(drop),
        );
        Self { _server: server, api: Api(address), daemon: Daemon::start(Api(address)) }
    }
}

impl Daemon {
    fn start(api: Api) -> Self {
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = socket.local_addr().unwrap();
        let problems = Arc::<Mutex<Vec<String>>>::default();
        let told = Arc::clone(&problems);
        let thread = thread::spawn(move || {
            let mut buffer = vec![0; 1 << 16];
            loop {
                let length = socket.recv(&mut buffer).unwrap();
                if length == 0 {
                    return;
                }
                let text = String::from_utf8_lossy(&buffer[..length]).into_owned();
                // A line that says what follows, and the document.
                let (header, segment) = text.split_once('\n').unwrap_or_default();
                let problem = match serde_json::from_str::<Value>(header) {
                    Ok(header) if header == json!({ "format": "json", "version": 1 }) => {
                        match api.put(segment) {
                            Ok(answer) if answer["UnprocessedTraceSegments"] == json!([]) => continue,
                            Ok(answer) => answer.to_string(),
                            Err(error) => error,
                        }
                    }
                    _ => "no datagram for the daemon".to_owned(),
                };
                told.lock().unwrap().push(format!("{problem}: {text}"));
            }
        });
        Self { address, problems, thread: Some(thread) }
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        // An empty datagram ends it.
        let _ =
            UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).and_then(|socket| socket.send_to(&[], self.address));
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl Api {
    /// Hands over a segment.
    fn put(&self, segment: &str) -> Result<Value, String> {
        self.ask("TraceSegments", &json!({ "TraceSegmentDocuments": [segment] }))
    }

    /// The documents of these traces.
    fn documents(&self, traces: &BTreeSet<String>) -> Result<Vec<Value>, String> {
        let answer = self.ask("Traces", &json!({ "TraceIds": traces }))?;
        let mut documents = Vec::new();
        for trace in answer["Traces"].as_array().ok_or_else(|| answer.to_string())? {
            for segment in trace["Segments"].as_array().ok_or_else(|| trace.to_string())? {
                let document = segment["Document"].as_str().ok_or_else(|| segment.to_string())?;
                documents
                    .push(serde_json::from_str(document).map_err(|error| format!("{error}: {document}"))?);
            }
        }
        Ok(documents)
    }

    fn ask(&self, path: &str, body: &Value) -> Result<Value, String> {
        post_json(&format!("http://{}/{path}", self.0), &[SIGNATURE], body)
    }
}

/// A segment or subsegment, with what it has from the document around it.
struct Piece {
    document: Value,
    trace: String,
    parent: Option<String>,
}

/// A document and all that is within it.
fn pieces(document: &Value, trace: &str, parent: Option<&str>, found: &mut Vec<Piece>) {
    let text = |name: &str| document[name].as_str();
    let trace = text("trace_id").unwrap_or(trace);
    let parent = text("parent_id").or(parent);
    for inner in document["subsegments"].as_array().into_iter().flatten() {
        pieces(inner, trace, text("id"), found);
    }
    let (trace, parent) = (trace.to_owned(), parent.map(str::to_owned));
    found.push(Piece { document: document.clone(), trace, parent });
}

impl Peer for Moto {
    fn recorder_name(&self) -> &'static str {
        "xray"
    }

    fn recorder(&self) -> Box<dyn Recorder> {
        Box::new(XRay::default().address(format!("udp://{}", self.daemon.address).parse().unwrap()))
    }

    fn settings(&self) -> Vec<(&'static str, String)> {
        vec![("ADDRESS", self.daemon.address.to_string())]
    }

    fn check(&self, expected: &Expected) {
        let traces = expected.calls.iter().map(|call| of_xray(&call.trace)).collect();
        let found = eventually(|| {
            let problems = self.daemon.problems.lock().unwrap();
            assert!(problems.is_empty(), "{problems:?}");
            let mut found = Vec::new();
            self.api.documents(&traces)?.iter().for_each(|document| pieces(document, "", None, &mut found));
            let there = found.len();
            if there >= expected.calls.len() { Ok(found) } else { Err(format!("X-Ray has {there} segments")) }
        });
        let different: BTreeSet<_> = found.iter().map(|piece| piece.document["id"].as_str()).collect();
        assert_eq!((found.len(), different.len()), (expected.calls.len(), expected.calls.len()));
        for Piece { document, trace, parent } in &found {
            let call = expected.call(document["id"].as_str().unwrap());
            assert_eq!((trace, parent), (&of_xray(&call.trace), &call.parent), "{document}");
            assert_eq!(document["name"], json!(call.function), "{document}");
            let time = |name: &str| document[name].as_f64().unwrap();
            call.check_duration(time("end_time") - time("start_time"), ROUNDING);
            let is_fault = ["error", "panic"].contains(&&*call.outcome);
            assert_eq!(document["fault"].as_bool().unwrap_or_default(), is_fault, "{document}");
            if call.function == "take_order" {
                assert_eq!(document["annotations"]["note"], json!(program::HOSTILE), "{document}");
            }
        }
    }
}

/// X-Ray writes an identifier of a trace in three parts.
fn of_xray(trace: &str) -> String {
    let (time, rest) = trace.split_at(8);
    format!("1-{time}-{rest}")
}
