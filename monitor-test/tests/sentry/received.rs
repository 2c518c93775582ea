//! What came, as Sentry's own library reads it.

use std::error::Error;

use monitor_test::loopback::Peer;
use sentry_types::protocol::v7::Envelope;
use sentry_types::protocol::v7::EnvelopeError;
use sentry_types::protocol::v7::EnvelopeItem;
use sentry_types::protocol::v7::Event;
use sentry_types::protocol::v7::MonitorCheckIn;
use sentry_types::protocol::v7::Transaction;
use serde_json::Value;

use crate::KEY;

/// What came to a project.
#[derive(Debug, Default)]
pub(crate) struct Received {
    pub(crate) events: Vec<Event<'static>>,
    pub(crate) transactions: Vec<Transaction<'static>>,
    pub(crate) check_ins: Vec<MonitorCheckIn>,
    /// What was reported as lost: reason, category, quantity.
    pub(crate) losses: Vec<(String, String, u64)>,
    /// How many requests there were.
    pub(crate) requests: usize,
}

/// What came to `peer`; each request is one that Sentry takes.
pub(crate) fn received(peer: &Peer) -> Received {
    let mut received = Received::default();
    for request in peer.collected().requests {
        assert_eq!((&*request.method, &*request.target), ("POST", "/api/42/envelope/"));
        assert_eq!(request.header("content-type"), Some("application/x-sentry-envelope"));
        let authorization = request.header("x-sentry-auth").unwrap();
        assert!(authorization.starts_with("Sentry sentry_version=7, sentry_client=monitor-core/"));
        assert!(authorization.ends_with(&format!("sentry_key={KEY}")), "{authorization}");
        let body = request.unpacked().unwrap();
        let text = String::from_utf8_lossy(&body);
        let why =
            |error: EnvelopeError| panic!("{error}, {:?}: {text}", error.source().map(ToString::to_string));
        let envelope = Envelope::from_slice(&body).unwrap_or_else(why);
        let mut mains = 0;
        for item in envelope.items() {
            mains += usize::from(!matches!(item, EnvelopeItem::ClientReport(_)));
            received.take(item);
        }
        assert!(mains <= 1, "no envelope may have two of them");
        received.requests += 1;
    }
    received
}

impl Received {
    fn take(&mut self, item: &EnvelopeItem) {
        match item {
            EnvelopeItem::Event(event) => self.events.push(Event::clone(event)),
            EnvelopeItem::Transaction(transaction) => self.transactions.push(Transaction::clone(transaction)),
            EnvelopeItem::MonitorCheckIn(check_in) => self.check_ins.push(check_in.clone()),
            EnvelopeItem::ClientReport(report) => {
                let report = serde_json::to_value(report).unwrap();
                let lost = report["discarded_events"].as_array().unwrap().iter();
                let text = |lost: &Value, name: &str| lost[name].as_str().unwrap().to_owned();
                self.losses.extend(lost.map(|lost| {
                    (text(lost, "reason"), text(lost, "category"), lost["quantity"].as_u64().unwrap())
                }));
            }
            other => panic!("nothing else is sent: {other:?}"),
        }
    }
}
