//! Events as annotations: what graphite-web takes at `/events/`.

use crate::export::json;
use crate::model::Resource;
use crate::model::since_1970;
use crate::recorder::EventBatch;
use crate::recorder::EventRef;
use crate::recorders::dotted;
use crate::recorders::graphite::config::Options;

/// A JSON object for each event that matters enough: `what`, `tags`, `when` and `data`.
pub(crate) fn annotations(options: &Options, batch: &EventBatch) -> Vec<Vec<u8>> {
    let told = batch.iter().filter(|event| options.events.passes(event.severity()));
    told.map(|event| annotation(options, batch.resource(), &event)).collect()
}

fn annotation(options: &Options, resource: &Resource, event: &EventRef<'_>) -> Vec<u8> {
    let what = options.prefix.of(resource) + event.name();
    // Each is a word by which graphite-web finds events.
    let mut tags = vec![dotted::name(event.name()), event.severity().as_str().to_owned()];
    tags.push(dotted::part(resource.service_name()));
    tags.extend(
        options.labels.iter().map(|(name, value)| format!("{}_{}", dotted::part(name), dotted::part(value))),
    );
    let when = since_1970(event.time()).as_secs();
    let fields: Vec<_> = event.fields().map(|(name, value)| format!("{name}: {value}")).collect();
    let mut body = Vec::new();
    json::object(&mut body, |object| {
        object.entry("what", what);
        object.entry("tags", tags);
        object.entry("when", when);
        object.entry("data", fields.join("\n"));
    });
    body
}
