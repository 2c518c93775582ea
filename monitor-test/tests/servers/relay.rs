//! Relay's normalizer, which is what an event passes first at Sentry; envelopes for it come to a peer of the test.

use std::io::Write as _;
use std::process::Stdio;

use monitor_core::Recorder;
use monitor_core::recorders::Sentry;
use monitor_test::loopback::Manner;
use monitor_test::loopback::PATIENCE;
use monitor_test::loopback::Peer as Loopback;
use serde_json::Value;

use crate::expected::Expected;
use crate::installed::file;
use crate::installed::script;
use crate::peer::Peer;
use crate::sentry;

pub(crate) struct Relay {
    intake: Loopback,
}

impl Relay {
    pub(crate) fn start() -> Self {
        Self { intake: Loopback::http(Manner::Collecting) }
    }

    fn dsn(&self) -> String {
        format!("http://0123456789abcdef@{}/1", self.intake.address())
    }
}

/// The items of this type in an envelope: a line about it, then for each item a line that says what it is, and the item.
fn items(envelope: &[u8], wanted: &str) -> Vec<Value> {
    let lines: Vec<Value> =
        envelope.split(|byte| *byte == b'\n').filter_map(|line| serde_json::from_slice(line).ok()).collect();
    let pairs = lines.get(1..).unwrap_or_default().chunks(2);
    pairs.filter(|pair| pair[0]["type"] == wanted).map(|pair| pair[1].clone()).collect()
}

impl Peer for Relay {
    fn recorder_name(&self) -> &'static str {
        "sentry"
    }

    fn recorder(&self) -> Box<dyn Recorder> {
        Box::new(Sentry::new(&self.dsn()).unwrap())
    }

    fn settings(&self) -> Vec<(&'static str, String)> {
        vec![("DSN", self.dsn())]
    }

    fn check(&self, expected: &Expected) {
        let roots = expected.calls.iter().filter(|call| call.parent.is_none()).count();
        let wanted = roots + sentry::failed(expected).len();
        let told = self.intake.wait_for(PATIENCE, |collected| collected.requests.len() >= wanted);
        let envelopes: Vec<_> = told.requests.iter().map(|request| request.unpacked().unwrap()).collect();
        let all = |kind| envelopes.iter().flat_map(|envelope| items(envelope, kind)).collect::<Vec<_>>();
        let (events, transactions) = (all("event"), all("transaction"));
        sentry::check_events(&events.iter().collect::<Vec<_>>(), expected);
        sentry::check_transactions(&transactions.iter().collect::<Vec<_>>(), expected);

        let everything: Vec<_> = events.iter().chain(&transactions).collect();
        let mut relay =
            script(file("otlp/bin/python"), "check_sentry.py").stdin(Stdio::piped()).spawn().unwrap();
        relay.stdin.take().unwrap().write_all(&serde_json::to_vec(&everything).unwrap()).unwrap();
        assert!(relay.wait().unwrap().success());
    }
}
