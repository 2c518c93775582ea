//! What is taken over from outside, and where it goes from there.

use std::collections::HashMap;

use monitor_core::Context;
use monitor_core::FutureExt;
use monitor_core::Monitor;
use monitor_core::Span;
use monitor_core::SpanContext;
use monitor_core::Trust;
use monitor_core::monitored;
use monitor_core::propagation::TraceFlags;
use monitor_core::propagation::TraceParent;
use monitor_core::propagation::TraceState;
use monitor_core::recorders::Memory;
use monitor_test::Capture;

use crate::service::TRACE;
use crate::service::parent;
use crate::service::serve;

#[test]
fn f66_who_is_not_trusted_is_linked_or_ignored() {
    let parent = parent("01");
    let received = [("traceparent", &*parent), ("tracestate", "foo=1"), ("baggage", "tenant=blue")];
    let remote = parent.parse::<TraceParent>().unwrap().context();
    let captured = Capture::run(|| {
        for trust in [Trust::Continue, Trust::Link, Trust::Refuse] {
            let sent = Context::extract(&received, trust).run(|| {
                let sent = serve();
                serve();
                sent
            });
            let names = sent.len();
            assert_eq!(names, if trust == Trust::Continue { 3 } else { 1 }, "{trust:?}: {sent:?}");
        }
    });
    let spans: Vec<_> = captured.spans().iter().map(|span| (span.parent, span.links.clone())).collect();
    let continued = (Some(remote.span_id()), Vec::new());
    let linked = (None, vec![remote]);
    let refused = (None, Vec::new());
    assert_eq!(spans, [continued.clone(), continued, linked.clone(), linked, refused.clone(), refused]);
    assert!(captured.spans()[2..].iter().all(|span| span.trace_id != remote.trace_id()));
}

#[test]
fn the_link_to_who_is_not_trusted_is_at_the_root_alone() {
    #[monitored]
    fn root() {
        serve();
        Span::start("by hand").set("k", "v");
    }
    #[monitored(signals(metrics))]
    fn counted_alone() {
        root();
    }
    let parent = parent("01");
    let remote = parent.parse::<TraceParent>().unwrap().context();
    let captured = Capture::run(|| {
        let _around = Span::start("around");
        Context::extract(&[("traceparent", parent)], Trust::Link).run(counted_alone);
        drop(Span::start("after"));
    });
    let linked: Vec<_> =
        captured.spans().iter().filter(|span| !span.links.is_empty()).map(|span| span.name).collect();
    assert_eq!(linked, ["root"]);
    assert_eq!((captured.span("root").parent, &captured.span("root").links[..]), (None, &[remote][..]));
    assert_eq!(captured.children_of(captured.span("root")).len(), 2);
    assert_eq!(captured.span("after").parent, Some(captured.span("around").span_id));
    captured.assert_in_flight_zero();
}

#[test]
fn a_link_from_outside_stays_where_the_fields_of_a_fast_call_do_not() {
    #[monitored(slow = "1h", fields(rows = 3))]
    fn fast() {}
    let captured = Capture::run(|| Context::extract(&[("traceparent", parent("01"))], Trust::Link).run(fast));
    assert_eq!((captured.span("fast").links.len(), captured.span("fast").fields.len()), (1, 0));
}

#[tokio::test]
async fn what_came_along_goes_with_a_future() {
    #[monitored(kind = server)]
    async fn serve_later() -> HashMap<String, String> {
        tokio::task::yield_now().await;
        let asked = tokio::spawn(async { serve() }.in_current_context()).await.unwrap();
        tokio::task::yield_now().await;
        asked
    }
    let monitor = Monitor::builder().recorder(Memory::default()).build();
    let parent = parent("00");
    let received = [("traceparent", &*parent), ("tracestate", "foo=1"), ("baggage", "tenant=blue")];
    let context = async { Context::extract(&received, Trust::Continue) }.with_monitor(&monitor).await;
    let (one, other) = tokio::join!(
        serve_later().in_context(context),
        serve_later().with_monitor(&monitor).in_context(Context::default())
    );
    assert_eq!(
        (&*one["tracestate"], &*one["baggage"], &one["traceparent"][3..35]),
        ("foo=1", "tenant=blue", TRACE)
    );
    assert_eq!(other.len(), 1, "{other:?}");
}

#[test]
fn what_came_along_stays_behind_when_another_trace_begins() {
    #[monitored(level = force_top_level)]
    fn own() -> HashMap<String, String> {
        serve()
    }
    let monitor = Monitor::builder().recorder(Memory::default()).build();
    let parent = parent("00");
    let received = [("traceparent", &*parent), ("tracestate", "foo=1"), ("baggage", "tenant=blue")];
    let sent = monitor.scope(|| Context::extract(&received, Trust::Continue).run(own));
    assert_eq!((sent.get("tracestate"), &*sent["baggage"]), (None, "tenant=blue"));
    assert!(sent["traceparent"].ends_with("-01") && !sent["traceparent"].contains(TRACE));
}

#[test]
fn what_has_nothing_to_say_takes_a_header_away() {
    let mut headers =
        vec![("Baggage".to_owned(), "old=1".to_owned()), ("accept".to_owned(), "*/*".to_owned())];
    Context::default().inject(&mut headers);
    assert_eq!(headers, [("accept".to_owned(), "*/*".to_owned())]);
    let baggage = "new=2".parse().unwrap();
    let span = parent("01").parse::<TraceParent>().unwrap().context();
    let mut state = TraceState::default();
    state.insert("ours", "1").unwrap();
    let context = Context::default().with_span(span).with_baggage(baggage).with_trace_state(state);
    assert_eq!(context.flags(), TraceFlags::SAMPLED);
    context.inject(&mut headers);
    let names: Vec<_> = headers.iter().map(|(name, value)| format!("{name}: {value}")).collect();
    let traceparent = format!("traceparent: {}", parent("01"));
    assert_eq!(names, ["accept: */*", &traceparent, "tracestate: ours=1", "baggage: new=2"]);
}
#[test]
fn a_context_without_a_span_is_no_parent() {
    assert!(TraceParent::new(SpanContext::default(), TraceFlags::SAMPLED).is_none());
    let mut headers: Vec<(String, String)> = Vec::new();
    Context::default().with_span(SpanContext::default()).inject(&mut headers);
    Context::default().with_span(SpanContext::default()).inject_xray(&mut headers);
    assert!(headers.is_empty());
}
