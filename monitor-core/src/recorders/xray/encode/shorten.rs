//! Documents that are too large are told in less.

use serde_json::Map;
use serde_json::Value;

use crate::export::json::write;
use crate::recorders::xray::encode::document::Document;
use crate::recorders::xray::encode::document::METADATA;
use crate::recorders::xray::encode::name::cut;

/// How long texts may be, in characters, and how many events there may be, the first that fits.
const STEPS: [(usize, usize); 4] = [(4_096, 64), (1_024, 16), (256, 4), (64, 0)];

/// The document as JSON of at most so many bytes, which are more than 3,000: nothing is left away but what must be, and
/// what was is said in the metadata.
pub(crate) fn fitting(mut document: Document, limit: usize) -> Vec<u8> {
    let mut bytes = json(&document);
    for (characters, events) in STEPS {
        if bytes.len() <= limit {
            return bytes;
        }
        shorten(&mut document, characters, events);
        bytes = json(&document);
    }
    if bytes.len() > limit {
        (document.annotations, document.metadata) = (Map::new(), Map::new());
        (document.http, document.sql, document.cause) = (None, None, None);
        document.ours("shortened", Value::from("everything but times, names and links is left out"));
        bytes = json(&document);
    }
    if bytes.len() > limit {
        document.links.clear();
        (document.origin, document.service, document.user) = (None, None, None);
        document.ours("shortened", Value::from("everything but times and names is left out"));
        bytes = json(&document);
    }
    bytes
}

fn json(document: &Document) -> Vec<u8> {
    let mut bytes = Vec::new();
    write(&mut bytes, document);
    bytes
}

fn shorten(document: &mut Document, characters: usize, events: usize) {
    let texts = [
        document.sql.as_mut().and_then(|it| it.query_mut()),
        document.cause.as_mut().and_then(|it| it.message_mut()),
    ];
    texts.into_iter().flatten().for_each(|text| *text = cut(text, characters).to_owned());
    document.annotations.values_mut().for_each(|value| shorten_value(value, characters));
    let ours = document.metadata.get_mut(METADATA);
    if let Some(Value::Array(told)) = ours.and_then(|ours| ours.get_mut("events"))
        && told.len() > events
    {
        let left_out = told.len() - events;
        told.truncate(events);
        let before = document.left_out();
        document.ours("events_left_out", Value::from(before + left_out as u64));
    }
    document.metadata.values_mut().for_each(|value| shorten_value(value, characters));
    document.ours("shortened", Value::from(format!("texts have at most {characters} characters")));
}

fn shorten_value(value: &mut Value, characters: usize) {
    match value {
        Value::String(text) => *text = cut(text, characters).to_owned(),
        Value::Array(values) => values.iter_mut().for_each(|value| shorten_value(value, characters)),
        Value::Object(values) => values.values_mut().for_each(|value| shorten_value(value, characters)),
        _ => {}
    }
}

impl Document {
    fn left_out(&self) -> u64 {
        let ours = self.metadata.get(METADATA);
        ours.and_then(|ours| ours.get("events_left_out")).and_then(Value::as_u64).unwrap_or(0)
    }
}
