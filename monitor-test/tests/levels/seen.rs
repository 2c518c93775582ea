//! Looks at what was captured.

use std::future::Future;
use std::pin::pin;
use std::task::Context;
use std::task::Poll;
use std::task::Waker;

use monitor_core::MonitorBuilder;
use monitor_core::Span;
use monitor_core::SpanContext;
use monitor_core::monitored;
use monitor_core::recorders::memory::FinishedSpan;
use monitor_test::CaptureBuilder;
use monitor_test::Captured;

pub(crate) fn capture(change: fn(MonitorBuilder) -> MonitorBuilder, body: impl FnOnce()) -> Captured {
    CaptureBuilder::default().monitor(change).run(body)
}

pub(crate) fn place(span: &FinishedSpan) -> SpanContext {
    SpanContext::new(span.trace_id, span.span_id)
}

/// The span is the root of a trace of its own that began within `around`, and says so.
#[track_caller]
pub(crate) fn check_root(captured: &Captured, name: &str, around: &str) {
    let (root, around) = (captured.span(name), captured.span(around));
    assert_ne!(root.trace_id, around.trace_id);
    assert_eq!((root.parent, &root.links[..]), (None, &[place(around)][..]));
    let told = root.field("parent_trace_id").map(ToString::to_string);
    assert_eq!(told, Some(around.trace_id.to_string()));
}

#[track_caller]
pub(crate) fn check_child(captured: &Captured, name: &str, of: &str) {
    let (child, parent) = (captured.span(name), captured.span(of));
    assert_eq!((child.trace_id, child.parent), (parent.trace_id, Some(parent.span_id)), "{name} of {of}");
    assert!(child.links.is_empty() && child.field("parent_trace_id").is_none());
}

/// A root with nothing above it, which so has nothing to tell of it.
#[track_caller]
pub(crate) fn check_alone(captured: &Captured, name: &str) {
    let span = captured.span(name);
    assert_eq!((span.parent, span.links.len(), span.fields.len()), (None, 0, 0), "{name}");
}

#[monitored]
pub(crate) fn leaf() {}

pub(crate) fn with_around(body: fn()) -> impl FnOnce() {
    move || {
        let _around = Span::start("around");
        body();
        drop(Span::start("after"));
    }
}

/// Polls a future once; what it waits for never comes by itself.
pub(crate) fn poll_once(future: impl Future<Output = ()>) -> Poll<()> {
    pin!(future).poll(&mut Context::from_waker(Waker::noop()))
}
