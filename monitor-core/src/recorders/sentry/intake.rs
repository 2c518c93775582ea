//! From batches to envelopes.

use std::collections::HashMap;
use std::time::Instant;

use serde_json::Value;

use crate::event::Severity;
use crate::model::Metadata;
use crate::model::Outcome;
use crate::model::Resource;
use crate::model::SpanContext;
use crate::model::SpanId;
use crate::recorder::EventBatch;
use crate::recorder::Span;
use crate::recorder::SpanBatch;
use crate::recorders::memory::FinishedSpan;
use crate::recorders::memory::RecordedEvent;
use crate::recorders::sentry::category::Category;
use crate::recorders::sentry::config::Options;
use crate::recorders::sentry::crumbs::Crumbs;
use crate::recorders::sentry::encode::Failure;
use crate::recorders::sentry::encode::Scope;
use crate::recorders::sentry::encode::Tree;
use crate::recorders::sentry::encode::check_in;
use crate::recorders::sentry::encode::is_local_root;
use crate::recorders::sentry::encode::shrink_event;
use crate::recorders::sentry::encode::shrink_transaction;
use crate::recorders::sentry::encode::told;
use crate::recorders::sentry::encode::transaction;
use crate::recorders::sentry::envelope::Envelope;
use crate::recorders::sentry::envelope::Kind;
use crate::recorders::sentry::losses::Losses;
use crate::recorders::sentry::losses::Reason;
use crate::recorders::sentry::propagated::Propagated;
use crate::recorders::sentry::waiting::Waiting;

/// The most callers that are looked for.
const CALLERS: usize = 50;
/// The fields that make a call a check-in.
const SLUGS: [&str; 2] = ["sentry.monitor.slug", "monitor.slug"];

/// What is remembered between batches.
pub(crate) struct Intake {
    crumbs: Crumbs,
    propagated: Propagated,
    resource: Resource,
    scope: Scope,
    told: u64,
    waiting: Waiting,
}

impl Intake {
    pub(crate) fn new(options: &Options) -> Self {
        Self {
            crumbs: Crumbs::new(options.breadcrumbs),
            propagated: Propagated::default(),
            resource: Resource::default(),
            scope: Scope::new(&options.identity, &Resource::default()),
            told: 0,
            waiting: Waiting::default(),
        }
    }

    /// What these spans say: failures first, which matter most.
    pub(crate) fn spans(
        &mut self,
        options: &Options,
        batch: &SpanBatch,
        losses: &mut Losses,
        now: Instant,
    ) -> Vec<Envelope> {
        self.look_at(options, batch.resource());
        let mut envelopes = self.failures(options, batch, losses);
        for span in batch.iter() {
            envelopes.extend(self.check_in(options, &span));
            if options.traces.keeps_trace(span.context()) {
                self.waiting.add(FinishedSpan::from(&span), now);
            } else if !options.traces.is_none() {
                let is_root = is_local_root(span.parent(), span.metadata().kind);
                losses.count(Reason::SampleRate, Category::Transaction, u64::from(is_root));
                losses.count(Reason::SampleRate, Category::Span, 1);
            }
        }
        let trees = self.waiting.take_ready(now);
        envelopes.extend(self.transactions(trees, losses));
        envelopes
    }

    /// What these events say: errors become events of Sentry, and all are remembered for what may go wrong later.
    pub(crate) fn events(
        &mut self,
        options: &Options,
        batch: &EventBatch,
        losses: &mut Losses,
    ) -> Vec<Envelope> {
        self.look_at(options, batch.resource());
        let mut envelopes = Vec::new();
        for event in batch.iter() {
            let is_error = event.severity() >= Severity::Error;
            if !is_error && event.context().is_none() {
                continue;
            }
            let event = RecordedEvent::from(&event);
            if is_error {
                envelopes.extend(self.told(options, &event, losses));
            }
            self.crumbs.keep(&event);
        }
        envelopes
    }

    /// What still waits.
    pub(crate) fn rest(&mut self, losses: &mut Losses) -> Vec<Envelope> {
        let trees = self.waiting.take_all();
        self.transactions(trees, losses)
    }

    fn look_at(&mut self, options: &Options, resource: &Resource) {
        if self.resource != *resource {
            self.resource = resource.clone();
            self.scope = Scope::new(&options.identity, resource);
        }
    }

    fn failures(&mut self, options: &Options, batch: &SpanBatch, losses: &mut Losses) -> Vec<Envelope> {
        let failed = |span: &Span<'_>| matches!(span.outcome(), Outcome::Error | Outcome::Panic);
        let mut failed: Vec<_> = batch.iter().filter(failed).map(|span| FinishedSpan::from(&span)).collect();
        if failed.is_empty() {
            return Vec::new();
        }
        // Who hands an error on ends after the one that it comes from; of those that end at once the last to begin is
        // the innermost.
        failed.sort_by_key(|span| (span.start + span.duration, std::cmp::Reverse(span.start)));
        let all: HashMap<_, _> = batch.iter().map(|span| (span.context(), span)).collect();
        let mut envelopes = Vec::new();
        for span in failed {
            if !self.propagated.is_news(&span) {
                continue;
            }
            if !options.errors.keeps_one(span.context()) {
                losses.count(Reason::SampleRate, Category::Error, 1);
                continue;
            }
            let (callers, root) = callers(&span, &all);
            let name = root.map(|root| root.display_name());
            let before = self.crumbs.before(span.trace_id, span.start + span.duration);
            let failure = Failure { span: &span, callers, transaction: name.as_deref(), before };
            envelopes.extend(self.envelope(Kind::Event, failure.encode(&self.scope), 1, losses));
        }
        envelopes
    }

    fn told(&mut self, options: &Options, event: &RecordedEvent, losses: &mut Losses) -> Option<Envelope> {
        self.told += 1;
        let context =
            event.context.unwrap_or_else(|| SpanContext::new(Default::default(), SpanId::new(self.told)));
        if !options.errors.keeps_one(context) {
            losses.count(Reason::SampleRate, Category::Error, 1);
            return None;
        }
        let before = event.context.map(|context| self.crumbs.before(context.trace_id(), event.time));
        let item = told(&self.scope, event, self.told, &before.unwrap_or_default());
        self.envelope(Kind::Event, item, 1, losses)
    }

    fn check_in(&self, options: &Options, span: &Span<'_>) -> Option<Envelope> {
        let recorded = SLUGS.iter().find_map(|name| span.field(name)).map(|slug| slug.to_string());
        let slug = recorded.or_else(|| options.slug_of(span.metadata()).map(str::to_owned))?;
        let item = check_in(&self.scope, &FinishedSpan::from(span), &slug)?;
        Envelope::new(Kind::CheckIn, item, |_| false)
    }

    fn transactions(&mut self, trees: Vec<Tree>, losses: &mut Losses) -> Vec<Envelope> {
        losses.count(Reason::BufferOverflow, Category::Span, self.waiting.take_lost());
        let mut envelopes = Vec::new();
        for tree in trees {
            let item = transaction(&self.scope, &tree);
            envelopes.extend(self.envelope(Kind::Transaction, item, tree.fresh, losses));
        }
        envelopes
    }

    fn envelope(&self, kind: Kind, item: Value, share: u64, losses: &mut Losses) -> Option<Envelope> {
        let shrink = if kind == Kind::Transaction { shrink_transaction } else { shrink_event };
        let before = item.get("spans").and_then(Value::as_array).map_or(0, Vec::len) as u64;
        match Envelope::new(kind, item, shrink) {
            Some(mut envelope) => {
                let lost = (before + 1).saturating_sub(envelope.spans);
                let category_spans = if kind == Kind::Transaction { lost } else { 0 };
                losses.count(Reason::BufferOverflow, Category::Span, category_spans);
                envelope.share = share;
                Some(envelope)
            }
            None => {
                let category =
                    if kind == Kind::Transaction { Category::Transaction } else { Category::Error };
                losses.count(Reason::BufferOverflow, category, 1);
                None
            }
        }
    }
}

/// The callers of a span that are in the batch, the nearest first, and the local root if it is among them.
fn callers<'a>(
    span: &FinishedSpan,
    all: &HashMap<SpanContext, Span<'a>>,
) -> (Vec<&'static Metadata>, Option<Span<'a>>) {
    let mut callers = Vec::new();
    let mut here = all.get(&span.context()).copied();
    while let Some(current) = here {
        if is_local_root(current.parent(), current.metadata().kind) {
            return (callers, Some(current));
        }
        here = current.parent().and_then(|parent| all.get(&SpanContext::new(span.trace_id, parent))).copied();
        if callers.len() >= CALLERS {
            break;
        }
        callers.extend(here.map(|caller| caller.metadata()));
    }
    (callers, None)
}
