//! What one request carries.

use std::time::SystemTime;

use serde_json::Value;
use serde_json::json;

use crate::recorders::sentry::category::Category;
use crate::recorders::sentry::encode::rfc3339;

/// The largest event that Sentry takes.
const LARGEST_ITEM: usize = 1_000_000;

/// What an item is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Kind {
    CheckIn,
    Event,
    Transaction,
}

impl Kind {
    const fn as_str(self) -> &'static str {
        match self {
            Kind::CheckIn => "check_in",
            Kind::Event => "event",
            Kind::Transaction => "transaction",
        }
    }

    /// What Sentry counts and limits it as.
    pub(crate) const fn category(self) -> Category {
        match self {
            Kind::CheckIn => Category::Monitor,
            Kind::Event => Category::Error,
            Kind::Transaction => Category::Transaction,
        }
    }
}

/// What one request carries: an event, a transaction or a check-in. No envelope may have two of them.
#[derive(Clone, Debug)]
pub(crate) struct Envelope {
    pub(crate) kind: Kind,
    /// The identifier of the event or transaction.
    id: Option<String>,
    payload: Vec<u8>,
    /// How many spans are in it.
    pub(crate) spans: u64,
    /// How many spans or events are only in this envelope.
    pub(crate) share: u64,
}

impl Envelope {
    /// An envelope with this in it. What is too large becomes smaller by `shrink`, again and again, until that has
    /// nothing more to leave out; then there is none.
    pub(crate) fn new(
        kind: Kind,
        mut item: Value,
        mut shrink: impl FnMut(&mut Value) -> bool,
    ) -> Option<Self> {
        loop {
            let payload = serde_json::to_vec(&item).ok()?;
            if payload.len() <= LARGEST_ITEM {
                let id = item.get("event_id").and_then(Value::as_str).map(str::to_owned);
                let spans =
                    item.get("spans").and_then(Value::as_array).map_or(0, |spans| spans.len() as u64 + 1);
                return Some(Self { kind, id, payload, spans, share: 0 });
            }
            if !shrink(&mut item) {
                return None;
            }
        }
    }

    /// What counts as lost where it is.
    pub(crate) fn quantities(&self) -> [(Category, u64); 2] {
        let spans = if self.kind == Kind::Transaction { self.spans } else { 0 };
        [(self.kind.category(), 1), (Category::Span, spans)]
    }

    /// How many bytes it has, without headers.
    pub(crate) fn size(&self) -> usize {
        self.payload.len()
    }

    /// The bytes of the envelope, with a report of losses if there is one.
    pub(crate) fn encode(&self, report: Option<&Value>, now: SystemTime) -> Vec<u8> {
        let mut bytes = header(self.id.as_deref(), now);
        item(&mut bytes, self.kind.as_str(), &self.payload);
        append_report(&mut bytes, report);
        bytes
    }
}

/// An envelope with nothing but a report of losses.
pub(crate) fn report_alone(report: &Value, now: SystemTime) -> Vec<u8> {
    let mut bytes = header(None, now);
    append_report(&mut bytes, Some(report));
    bytes
}

fn header(id: Option<&str>, now: SystemTime) -> Vec<u8> {
    let sdk = json!({"name": env!("CARGO_PKG_NAME"), "version": env!("CARGO_PKG_VERSION")});
    let mut header = json!({"sent_at": rfc3339(now), "sdk": sdk});
    if let Some(id) = id {
        header["event_id"] = json!(id);
    }
    let mut bytes = header.to_string().into_bytes();
    bytes.push(b'\n');
    bytes
}

fn append_report(bytes: &mut Vec<u8>, report: Option<&Value>) {
    if let Some(report) = report {
        item(bytes, "client_report", report.to_string().as_bytes());
    }
}

/// The header says the length, so that no payload can be taken for more than itself.
fn item(bytes: &mut Vec<u8>, kind: &str, payload: &[u8]) {
    let header = json!({"type": kind, "length": payload.len(), "content_type": "application/json"});
    bytes.extend(header.to_string().into_bytes());
    bytes.push(b'\n');
    bytes.extend(payload);
    bytes.push(b'\n');
}
