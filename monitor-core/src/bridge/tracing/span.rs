//! One of our calls as a real span of `tracing`, entered whenever the call runs.

use tracing::Level;
use tracing::Span;
use tracing::Value;
use tracing::dispatcher;
use tracing::field::Field;
use tracing::level_filters::LevelFilter;

use crate::bridge::tracing::own::ERROR_TYPE;
use crate::bridge::tracing::own::OUTCOME;
use crate::bridge::tracing::own::Own;
use crate::dispatch::Callsite;
use crate::dispatch::Ending;
use crate::dispatch::Hook;
use crate::dispatch::HookSpan;
use crate::model::FieldValue;
use crate::model::Fields;
use crate::model::Outcome;

/// Makes a span of each call that the subscriber wants.
#[derive(Debug)]
pub(crate) struct SpanHook;

impl Hook for SpanHook {
    fn begin(&self, callsite: &'static Callsite) -> Option<Box<dyn HookSpan>> {
        let own = Own::of(callsite)?;
        if own.is_never() || LevelFilter::current() < Level::INFO {
            return None;
        }
        let metadata = own.metadata();
        let nothing: [(&Field, Option<&dyn Value>); 0] = [];
        let values = metadata.fields().value_set(&nothing);
        let span = dispatcher::get_default(|dispatch| {
            // As `tracing`'s own macros do it: who always wants it is not asked again.
            let wanted = own.is_always() || dispatch.enabled(metadata);
            wanted.then(|| Span::new_with(metadata, &values, dispatch))
        })?;
        let mut entered = SpanOfCall { span };
        entered.enter();
        Some(Box::new(entered))
    }
}

struct SpanOfCall {
    span: Span,
}

impl HookSpan for SpanOfCall {
    fn fields(&mut self, fields: Fields<'_>) {
        for (name, value) in fields {
            match value {
                FieldValue::Bool(value) => self.span.record(name, value),
                FieldValue::Float(value) => self.span.record(name, value),
                FieldValue::Signed(value) => self.span.record(name, value),
                FieldValue::Text(value) => self.span.record(name, &*value),
                FieldValue::Unsigned(value) => self.span.record(name, value),
            };
        }
    }

    fn enter(&mut self) {
        self.span.with_subscriber(|(id, dispatch)| dispatch.enter(id));
    }

    fn exit(&mut self) {
        self.span.with_subscriber(|(id, dispatch)| dispatch.exit(id));
    }

    fn end(&mut self, ending: &Ending) {
        self.span.record(OUTCOME, ending.outcome.as_str());
        match (ending.outcome, ending.error_type) {
            (Outcome::Panic, _) => {
                self.span.record(ERROR_TYPE, "panic");
            }
            (_, Some(error_type)) => {
                self.span.record(ERROR_TYPE, error_type);
            }
            (_, None) => {}
        }
        self.exit();
    }
}
