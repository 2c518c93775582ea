//! The other side of one of our callsites: a callsite of `tracing` with metadata of its own.

use std::sync::OnceLock;
use std::sync::atomic::AtomicU8;
use std::sync::atomic::Ordering;

use tracing::Level;
use tracing::Metadata;
use tracing::callsite;
use tracing::callsite::Identifier;
use tracing::field::FieldSet;
use tracing::metadata::Kind;
use tracing::subscriber::Interest;

use crate::bridge::table::Table;
use crate::bridge::tracing::known;
use crate::bridge::tracing::span::SpanHook;
use crate::dispatch::Bridge;
use crate::dispatch::Callsite;
use crate::dispatch::apart;
use crate::dispatch::set_hook;
use crate::model::Signals;
use crate::model::TraceLevel;

/// The field that tells how a call ended.
pub(crate) const OUTCOME: &str = "outcome";
/// The field that tells with what kind of error it did.
pub(crate) const ERROR_TYPE: &str = "error.type";
/// Fields that a call may have without having declared them.
const UNDECLARED: [&str; 5] = [OUTCOME, ERROR_TYPE, "error.message", "return", "stream.items"];

const NEVER: u8 = 0;
const SOMETIMES: u8 = 1;
const ALWAYS: u8 = 2;

static OWN: Table<&'static Own> = Table::new();

/// The other side of one of our callsites.
#[derive(Debug)]
pub(crate) struct Own {
    callsite: &'static Callsite,
    interest: AtomicU8,
    metadata: OnceLock<Metadata<'static>>,
}

/// Gives one of our callsites its other side. It costs nothing until a subscriber is interested.
pub(crate) fn forward_spans(callsite: &'static Callsite) {
    let metadata = callsite.metadata();
    if metadata.signals.contains(Signals::SPANS) && metadata.level != TraceLevel::NoTrace {
        set_hook(Bridge::Tracing, Box::new(SpanHook));
        apart(Bridge::Tracing, || {
            Own::of(callsite);
        });
    }
}

impl Own {
    /// The other side of a callsite that has a number.
    pub(crate) fn of(callsite: &'static Callsite) -> Option<&'static Own> {
        let mut made = None;
        let own = OWN.obtain(callsite.id(), || {
            let own = Own::new(callsite);
            made = Some(own);
            own
        });
        if let Some(own) = made {
            known::add_own(Identifier(own));
            callsite::register(own);
        }
        own.copied()
    }

    fn new(callsite: &'static Callsite) -> &'static Own {
        let own: &'static Own =
            Box::leak(Box::new(Own { callsite, interest: AtomicU8::new(NEVER), metadata: OnceLock::new() }));
        let ours = callsite.metadata();
        let undeclared = UNDECLARED.iter().filter(|name| !ours.fields.contains(name));
        let fields: Vec<_> = ours.fields.iter().chain(undeclared).copied().collect();
        let metadata = Metadata::new(
            ours.name,
            target(ours.module),
            Level::INFO,
            Some(ours.file).filter(|file| !file.is_empty()),
            Some(ours.line).filter(|line| *line != 0),
            Some(ours.module).filter(|module| !module.is_empty()),
            FieldSet::new(fields.leak(), Identifier(own)),
            Kind::SPAN,
        );
        own.metadata.get_or_init(|| metadata);
        own
    }

    pub(crate) fn metadata(&'static self) -> &'static Metadata<'static> {
        self.metadata.get().expect("set before this is given to anybody")
    }

    /// Whether nobody needs to be asked about a single call.
    pub(crate) fn is_always(&self) -> bool {
        self.interest.load(Ordering::Relaxed) == ALWAYS
    }

    /// Whether nobody wants any call.
    pub(crate) fn is_never(&self) -> bool {
        self.interest.load(Ordering::Relaxed) == NEVER
    }
}

/// A span by hand knows no module.
fn target(module: &'static str) -> &'static str {
    if module.is_empty() { "monitor_core" } else { module }
}

impl callsite::Callsite for Own {
    fn set_interest(&self, interest: Interest) {
        let interest = match interest {
            interest if interest.is_never() => NEVER,
            interest if interest.is_always() => ALWAYS,
            _ => SOMETIMES,
        };
        self.interest.store(interest, Ordering::Relaxed);
        self.callsite.set_bridged(Bridge::Tracing, interest != NEVER);
    }

    fn metadata(&self) -> &Metadata<'_> {
        self.metadata.get().expect("set before this is given to anybody")
    }
}
