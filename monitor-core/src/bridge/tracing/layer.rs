//! The layer that brings other crates' spans to our monitor.

use std::sync::LazyLock;

use tracing::Event;
use tracing::Level;
use tracing::Subscriber;
use tracing::span::Attributes;
use tracing::span::Id;
use tracing::span::Record;
use tracing_subscriber::layer::Context;
use tracing_subscriber::layer::Layer;
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::registry::SpanRef;

use crate::bridge::tracing::foreign::ForeignSpan;
use crate::bridge::tracing::known::Known;
use crate::bridge::tracing::known::known;
use crate::bridge::tracing::values::Message;
use crate::bridge::tracing::values::Written;
use crate::dispatch::current_context;
use crate::dispatch::register_instrument;
use crate::dispatch::tick;
use crate::metric::InstrumentInfo;
use crate::metric::MetricKind;
use crate::metric::tick as kind;
use crate::model::FieldBuffer;
use crate::model::LabelRef;
use crate::model::SpanContext;

/// The most series of the counter of events.
const MOST_TARGETS: u32 = 200;

static EVENTS: InstrumentInfo = InstrumentInfo {
    unit: "{event}",
    description: "Events of the `tracing` facade.",
    labels: &["level", "target"],
    max: MOST_TARGETS,
    ..InstrumentInfo::new("tracing.events", MetricKind::Counter)
};

static EVENTS_ID: LazyLock<Option<u32>> = LazyLock::new(|| register_instrument(&EVENTS));

/// A layer that brings other crates' `tracing` spans to the current monitor, beside our own spans and with the right
/// parents both ways.
///
/// A span lasts from its creation until it is closed. It ends with [`Outcome::Error`](crate::Outcome::Error) once an
/// event of level `ERROR` was within it, whose message becomes its field `exception.message`. All events are counted,
/// by level and target, in the counter `tracing.events`.
///
/// Spans that our own side made for a subscriber do not come back.
///
/// ```
/// use monitor_core::{Monitor, bridge::TracingLayer, monitored};
/// use tracing_subscriber::layer::SubscriberExt;
///
/// #[monitored]
/// fn ours() {}
///
/// let monitor = Monitor::builder().build();
/// let subscriber = tracing_subscriber::registry().with(TracingLayer::new());
/// monitor.scope(|| {
///     tracing::subscriber::with_default(subscriber, || {
///         tracing::info_span!("theirs", rows = 3).in_scope(ours);
///     });
/// });
/// let snapshot = monitor.snapshot();
/// assert_eq!(snapshot.function("theirs").unwrap().calls(), 1);
/// assert_eq!(snapshot.function("ours").unwrap().calls(), 1);
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct TracingLayer {
    _private: (),
}

impl TracingLayer {
    /// The layer. It records for the monitor that is current where a span is created.
    #[must_use]
    pub const fn new() -> Self {
        Self { _private: () }
    }
}

/// The place in our trace of a span that our own side made.
struct OwnPlace(SpanContext);

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for TracingLayer {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let Some(span) = context.span(id) else { return };
        match known(attributes.metadata()) {
            Known::Foreign(callsite) => {
                let mut fields = FieldBuffer::default();
                attributes.record(&mut Written(&mut fields));
                let parent = parent(attributes, &context);
                if let Some(foreign) = ForeignSpan::begin(callsite, parent, fields) {
                    span.extensions_mut().insert(foreign);
                }
            }
            Known::Own => {
                if let Some(place) = current_context() {
                    span.extensions_mut().insert(OwnPlace(place));
                }
            }
        }
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        let is_foreign = |span: SpanRef<'_, S>| matches!(known(span.metadata()), Known::Foreign(_));
        if !context.span(id).is_some_and(is_foreign) {
            return;
        }
        // A value's own formatting may use `tracing`, so no lock is held meanwhile.
        let mut fields = FieldBuffer::default();
        values.record(&mut Written(&mut fields));
        with_foreign(&context, id, |foreign| foreign.fields().append(&fields));
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let metadata = event.metadata();
        if let Some(id) = *EVENTS_ID {
            let labels = [LabelRef::Text(metadata.level().as_str()), LabelRef::Text(metadata.target())];
            tick(id, EVENTS.max, &labels, 1, kind::COUNTER);
        }
        if *metadata.level() == Level::ERROR
            && let Some(span) = context.event_span(event)
        {
            let mut message = Message::default();
            event.record(&mut message);
            with_foreign(&context, &span.id(), |foreign| {
                foreign.fail();
                foreign.fields().append(&message.into_fields());
            });
        }
    }

    fn on_enter(&self, id: &Id, context: Context<'_, S>) {
        with_foreign(&context, id, |foreign| foreign.enter());
    }

    fn on_exit(&self, id: &Id, context: Context<'_, S>) {
        with_foreign(&context, id, ForeignSpan::exit);
    }

    fn on_close(&self, id: Id, context: Context<'_, S>) {
        let foreign = context.span(&id).and_then(|span| span.extensions_mut().remove::<ForeignSpan>());
        if let Some(foreign) = foreign {
            foreign.end();
        }
    }
}

/// Where a span was put by hand; none where it is a part of what runs on this thread.
fn parent<S: Subscriber + for<'a> LookupSpan<'a>>(
    attributes: &Attributes<'_>,
    context: &Context<'_, S>,
) -> Option<SpanContext> {
    if attributes.is_contextual() {
        return None;
    }
    // Without a parent it is the root of a trace of its own.
    let Some(id) = attributes.parent() else { return Some(SpanContext::default()) };
    let parent = context.span(id)?;
    let extensions = parent.extensions();
    let foreign = extensions.get::<ForeignSpan>().map(ForeignSpan::context);
    foreign.or_else(|| extensions.get::<OwnPlace>().map(|own| own.0))
}

fn with_foreign<S: Subscriber + for<'a> LookupSpan<'a>>(
    context: &Context<'_, S>,
    id: &Id,
    act: impl FnOnce(&mut ForeignSpan),
) {
    if let Some(span) = context.span(id)
        && let Some(foreign) = span.extensions_mut().get_mut::<ForeignSpan>()
    {
        act(foreign);
    }
}
