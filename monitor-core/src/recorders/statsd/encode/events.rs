//! From events to counters, or to Datadog's events and service checks.

use std::collections::BTreeMap;

use crate::event::Severity;
use crate::export::socket::Packer;
use crate::model::Escaped;
use crate::model::since_1970;
use crate::recorder::EventBatch;
use crate::recorder::EventRef;
use crate::recorders::statsd::Dialect;
use crate::recorders::statsd::encode::Form;
use crate::recorders::statsd::encode::form::text;

/// The counter of events, in dialects that know no events.
const COUNTER: &str = "events";
/// The longest title, in letters: what Datadog shows.
const TITLE: usize = 100;
/// The events that say whether a server is there, and the status of the service check: 0 is OK, 2 critical.
const CHECKS: [(&str, u8); 2] = [("heartbeat.failed", 2), ("heartbeat.succeeded", 0)];
/// The service check that they are told as.
const CHECK: &str = "heartbeat";

impl Form<'_> {
    /// Events of the threshold's severity and above: as such to Datadog, together with a service check a heartbeat; as
    /// a counter for each name to all others.
    pub(crate) fn events(&self, batch: &EventBatch, packer: &mut Packer) {
        let told = |event: &EventRef<'_>| self.options.events.passes(event.severity());
        if self.options.dialect == Dialect::DogStatsD {
            for event in batch.iter() {
                if let Some((_, status)) = CHECKS.iter().find(|(name, _)| *name == event.name()) {
                    packer.push(self.service_check(&event, *status));
                }
                if told(&event) {
                    packer.push(self.event(&event, packer.limit()));
                }
            }
            return;
        }
        let mut counts: BTreeMap<(&str, Severity), u64> = BTreeMap::new();
        for event in batch.iter().filter(told) {
            *counts.entry((event.name(), event.severity())).or_default() += 1;
        }
        for ((name, severity), count) in counts {
            let labels = [("event", name), ("severity", severity.as_str())];
            let subject = self.subject(COUNTER, || format!("{COUNTER}.{name}"), labels.into_iter());
            packer.push(subject.line(&count.to_string(), "c", 1.0));
        }
    }

    /// `_e{title's bytes,text's bytes}:title|text|d:..`: what does not fit is cut off the text.
    fn event(&self, event: &EventRef<'_>, limit: usize) -> String {
        let name = self.name(event.name());
        let title: String = name.chars().take(TITLE).collect();
        let (priority, alert) = match event.severity() {
            Severity::Debug | Severity::Info => ("low", "info"),
            Severity::Warn => ("normal", "warning"),
            Severity::Error => ("normal", "error"),
        };
        let tail = format!(
            "|d:{}{}|k:{name}|p:{priority}|t:{alert}{}",
            seconds(event),
            self.host(),
            self.labels([].into_iter())
        );
        let fields = event.fields().map(|(name, value)| Escaped(format!("{name}: {value}")).to_string());
        let mut told = fields.collect::<Vec<_>>().join("\\n");
        if told.is_empty() {
            told.clone_from(&title);
        }
        let room = limit.saturating_sub(title.len() + tail.len() + "_e{100,99999}:|".len());
        let told = cut(&told, room);
        format!("_e{{{},{}}}:{title}|{told}{tail}", title.len(), told.len())
    }

    /// `_sc|name|status|d:..|m:message`, for each server one, told by its labels.
    fn service_check(&self, event: &EventRef<'_>, status: u8) -> String {
        let server: Vec<_> = ["server.address", "server.port"]
            .into_iter()
            .filter_map(|name| Some((name, text(event.field(name)?))))
            .collect();
        let labels = self.labels(server.iter().map(|(name, value)| (*name, value.as_str())));
        format!("_sc|{}|{status}|d:{}{}{labels}", self.name(CHECK), seconds(event), self.host())
    }

    fn host(&self) -> String {
        self.host.as_ref().map(|host| format!("|h:{}", self.label(host))).unwrap_or_default()
    }
}

fn seconds(event: &EventRef<'_>) -> u64 {
    since_1970(event.time()).as_secs()
}

/// The first bytes of a text, up to a letter's end and not within an escape.
fn cut(text: &str, bytes: usize) -> &str {
    let end = (0..=bytes.min(text.len())).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
    let cut = text.get(..end).unwrap_or_default();
    if end < text.len() { cut.trim_end_matches('\\') } else { cut }
}
