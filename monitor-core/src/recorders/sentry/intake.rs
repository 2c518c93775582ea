//! From batches to envelopes.

use std::collections::HashMap;
use std::time::Instant;

use crate::event::Severity;
use crate::model::Metadata;
use crate::model::Outcome;
use crate::model::Resource;
use crate::model::SpanContext;
use crate::model::SpanId;
use crate::model::TraceId;
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
use crate::recorders::sentry::encode::begins_transaction;
use crate::recorders::sentry::encode::check_in;
use crate::recorders::sentry::encode::told;
use crate::recorders::sentry::encode::transaction;
use crate::recorders::sentry::envelope::Kind;
use crate::recorders::sentry::losses::Losses;
use crate::recorders::sentry::losses::Reason;
use crate::recorders::sentry::pile::Load;
use crate::recorders::sentry::pile::Pile;
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
    ) -> Load {
        self.look_at(options, batch.resource());
        let mut pile = Pile::new(losses);
        self.failures(options, batch, &mut pile);
        for span in batch.iter() {
            self.check_in(options, &span, &mut pile);
            if options.traces.keeps_trace(span.context()) {
                self.waiting.add(FinishedSpan::from(&span), now);
            } else if !options.traces.is_none() {
                let is_root = begins_transaction(span.is_local_root(), span.metadata().kind);
                pile.losses.count(Reason::SampleRate, Category::Transaction, u64::from(is_root));
                pile.losses.count(Reason::SampleRate, Category::Span, 1);
            }
        }
        let trees = self.waiting.take_ready(now);
        self.transactions(&trees, &mut pile);
        pile.into_load()
    }

    /// What these events say: errors become events of Sentry, and all are remembered for what may go wrong later.
    pub(crate) fn events(&mut self, options: &Options, batch: &EventBatch, losses: &mut Losses) -> Load {
        self.look_at(options, batch.resource());
        let mut pile = Pile::new(losses);
        for event in batch.iter() {
            let is_error = event.severity() >= Severity::Error;
            if !is_error && event.context().is_none() {
                continue;
            }
            let event = RecordedEvent::from(&event);
            if is_error {
                self.told(options, &event, &mut pile);
            }
            self.crumbs.keep(event);
        }
        pile.into_load()
    }

    /// What still waits.
    pub(crate) fn rest(&mut self, losses: &mut Losses) -> Load {
        let mut pile = Pile::new(losses);
        let trees = self.waiting.take_all();
        self.transactions(&trees, &mut pile);
        pile.into_load()
    }

    /// How many spans wait for their root.
    pub(crate) fn held(&self) -> u64 {
        self.waiting.len() as u64
    }

    fn look_at(&mut self, options: &Options, resource: &Resource) {
        if self.resource != *resource {
            self.resource = resource.clone();
            self.scope = Scope::new(&options.identity, resource);
        }
    }

    fn failures(&mut self, options: &Options, batch: &SpanBatch, pile: &mut Pile<'_>) {
        let failed = |span: &Span<'_>| matches!(span.outcome(), Outcome::Error | Outcome::Panic);
        let mut failed: Vec<_> = batch.iter().filter(failed).map(|span| FinishedSpan::from(&span)).collect();
        if failed.is_empty() {
            return;
        }
        // Who hands an error on ends after the one that it comes from; of those that end at once the last to begin is
        // the innermost.
        failed.sort_by_key(|span| (span.start + span.duration, std::cmp::Reverse(span.start)));
        let all: HashMap<_, _> = batch.iter().map(|span| (span.context(), span)).collect();
        for span in failed {
            if !self.propagated.is_news(&span) {
                continue;
            }
            if !options.errors.keeps_one(span.context()) {
                pile.losses.count(Reason::SampleRate, Category::Error, 1);
                continue;
            }
            let (callers, root) = callers(&span, &all);
            let name = root.map(|root| root.display_name());
            let before = self.crumbs.before(span.trace_id, span.start + span.duration);
            let failure = Failure { span: &span, callers, transaction: name.as_deref(), before };
            pile.add(Kind::Event, failure.encode(&self.scope), 1);
        }
    }

    fn told(&mut self, options: &Options, event: &RecordedEvent, pile: &mut Pile<'_>) {
        self.told += 1;
        let nowhere = SpanContext::new(TraceId::default(), SpanId::new(self.told));
        if !options.errors.keeps_one(event.context.unwrap_or(nowhere)) {
            pile.losses.count(Reason::SampleRate, Category::Error, 1);
            return;
        }
        let before = event.context.map(|context| self.crumbs.before(context.trace_id(), event.time));
        pile.add(Kind::Event, told(&self.scope, event, self.told, &before.unwrap_or_default()), 1);
    }

    fn check_in(&self, options: &Options, span: &Span<'_>, pile: &mut Pile<'_>) {
        let recorded = SLUGS.iter().find_map(|name| span.field(name)).map(|slug| slug.to_string());
        let slug = recorded.or_else(|| options.slug_of(span.metadata()).map(str::to_owned));
        if let Some(item) = slug.and_then(|slug| check_in(&self.scope, &FinishedSpan::from(span), &slug)) {
            pile.add(Kind::CheckIn, item, 0);
        }
    }

    fn transactions(&mut self, trees: &[Tree], pile: &mut Pile<'_>) {
        pile.losses.count(Reason::BufferOverflow, Category::Span, self.waiting.take_lost());
        for tree in trees {
            pile.add(Kind::Transaction, transaction(&self.scope, tree), tree.all);
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
        if begins_transaction(current.is_local_root(), current.metadata().kind) {
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
