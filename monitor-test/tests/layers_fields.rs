//! What layers do to fields.

use std::time::Duration;

use monitor_core::FieldValue;
use monitor_core::Monitor;
use monitor_core::Span;
use monitor_core::SpanContext;
use monitor_core::SpanId;
use monitor_core::TraceId;
use monitor_core::layers::RecorderExt;
use monitor_core::layers::Redact;
use monitor_core::layers::Rename;
use monitor_core::layers::Sampling;
use monitor_core::recorders::Memory;

const PATIENCE: Duration = Duration::from_secs(60);

#[test]
fn f65_names_like_the_machinerys_own_are_fields_like_others_through_every_layer() {
    let memory = Memory::default();
    let hidden = Redact::new("\0hidden");
    let layered =
        memory.clone().layer(hidden).layer(Rename::new().from("renamed", "other")).layer(Sampling::of(0.99));
    let monitor = Monitor::builder().recorder(layered).build();
    let names = ["\0name", "\0link", "\0dropped", "\0trace_state", "\0"];
    let other = SpanContext::new(TraceId::new(7), SpanId::new(9));
    monitor.scope(|| {
        (0..100).for_each(|_| {
            let mut span = Span::start("renamed");
            span.link(other);
            names.iter().for_each(|name| span.set(name, "00000000000000000000000000000001-0000000000000001"));
            span.set("\0hidden", "secret");
        });
    });
    monitor.flush(PATIENCE).unwrap();
    let spans = memory.spans();
    assert!(!spans.is_empty());
    for span in spans {
        assert_eq!((&*span.display_name, &span.links[..]), ("other", &[other][..]));
        let told: Vec<_> = span.fields.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(told, [&names[..], &["\0hidden"]].concat());
        assert_eq!(span.field("\0hidden"), Some(&FieldValue::Text("[redacted]".into())));
    }
}

#[test]
fn a_layer_that_changes_fields_loses_none_of_them() {
    let memory = Memory::default();
    let layered =
        memory.clone().layer(Redact::new("short")).layer(Rename::new().from("full", "a longer name"));
    let monitor = Monitor::builder().recorder(layered).build();
    monitor.scope(|| {
        let mut span = Span::start("full");
        span.link(SpanContext::new(TraceId::new(7), SpanId::new(9)));
        (0..128).for_each(|number| span.set(if number % 2 == 0 { "short" } else { "number" }, number));
    });
    monitor.flush(PATIENCE).unwrap();
    let span = &memory.spans()[0];
    assert_eq!((&*span.display_name, span.fields.len(), span.links.len()), ("a longer name", 128, 1));
}
