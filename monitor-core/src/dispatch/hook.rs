//! What bridges to other facades may do with each call and value. Nothing where there is no bridge.
//!
//! What lies behind a bridge is not ours: it may panic, and it may be instrumented itself. A panic is caught and
//! counted; what is called from behind a bridge is recorded as ever, but does not cross that bridge again.

use std::cell::Cell;
use std::mem;
use std::panic::AssertUnwindSafe;
use std::panic::catch_unwind;
use std::sync::OnceLock;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering;

use crate::dispatch::callsite::Callsite;
use crate::dispatch::sources;
use crate::dispatch::sources::Source;
use crate::metric::InstrumentInfo;
use crate::model::FieldBuffer;
use crate::model::Fields;
use crate::model::LabelRef;
use crate::model::Metadata;
use crate::model::Outcome;

/// Which bridge: its place in the table and its bit in a callsite.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Bridge {
    Metrics,
    Tracing,
}

impl Bridge {
    /// Every bridge, in the order of the table.
    const ALL: [Bridge; 2] = [Bridge::Metrics, Bridge::Tracing];

    /// The bit of this bridge among those of a callsite.
    pub(crate) const fn bit(self) -> u8 {
        1 << self as u8
    }
}

/// A bridge that takes part in the calls of the callsites that it asked for.
pub(crate) trait Hook: Send + Sync {
    /// A call begins and is entered.
    fn begin(&self, callsite: &'static Callsite) -> Option<Box<dyn HookSpan>>;

    /// An instrument used by hand has a new value.
    fn value(&self, id: u32, info: &'static InstrumentInfo, labels: &[LabelRef<'_>], sample: Sample) {
        let _ = (id, info, labels, sample);
    }
}

/// One call, as a bridge sees it.
pub(crate) trait HookSpan: Send + Sync {
    /// The call has these label values; said once, soon after it began.
    fn labels(&mut self, values: &[Box<str>]) {
        let _ = values;
    }

    /// The call has these further fields.
    fn fields(&mut self, fields: Fields<'_>) {
        let _ = fields;
    }

    /// The call goes on, perhaps on another thread.
    fn enter(&mut self) {}

    /// The call pauses.
    fn exit(&mut self) {}

    /// The call has ended; it was entered until now.
    fn end(&mut self, ending: &Ending);
}

/// How a call ended, as a bridge is told.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ending {
    #[cfg_attr(
        not(any(feature = "metrics", feature = "tracing")),
        expect(dead_code, reason = "only a bridge uses it")
    )]
    pub(crate) outcome: Outcome,
    #[cfg_attr(
        not(any(feature = "metrics", feature = "tracing")),
        expect(dead_code, reason = "only a bridge uses it")
    )]
    pub(crate) error_type: Option<&'static str>,
    #[cfg_attr(not(feature = "metrics"), expect(dead_code, reason = "only the bridge to `metrics` uses it"))]
    pub(crate) seconds: f64,
}

/// One value of an instrument used by hand.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Sample {
    Counter(u64),
    Gauge(f64),
    Histogram(f64),
    UpDown(i64),
}

static HOOKS: [OnceLock<Box<dyn Hook>>; Bridge::ALL.len()] = [const { OnceLock::new() }; Bridge::ALL.len()];
static VALUES_WANTED: AtomicBool = AtomicBool::new(false);
static PANICS: AtomicU64 = AtomicU64::new(0);

thread_local! {
    /// The bridges that the thread is behind, a bit each.
    static BEYOND: Cell<u8> = const { Cell::new(0) };
}

/// Sets the hook of a bridge, once for the process; whether it is called at all is for each callsite to say.
#[cfg_attr(
    not(any(feature = "metrics", feature = "tracing")),
    expect(dead_code, reason = "only a bridge uses it")
)]
pub(crate) fn set_hook(bridge: Bridge, hook: Box<dyn Hook>) {
    // A second hook of the same bridge changes nothing.
    let _ = HOOKS[bridge as usize].set(hook);
}

/// Switches the values of instruments used by hand on or off, for all of them.
#[cfg_attr(not(feature = "metrics"), expect(dead_code, reason = "only the bridge to `metrics` uses it"))]
pub(crate) fn want_values(wanted: bool) {
    VALUES_WANTED.store(wanted, Ordering::SeqCst);
    sources::renew(|_| true);
}

/// Whether some bridge wants the values of instruments used by hand.
pub(crate) fn values_wanted() -> bool {
    VALUES_WANTED.load(Ordering::Relaxed)
}

/// How often something behind a bridge has panicked.
pub(crate) fn panics() -> u64 {
    PANICS.load(Ordering::Relaxed)
}

/// Runs what goes over a bridge or comes from it, unless the thread is behind that bridge already: so that nothing
/// goes round in a circle.
pub(crate) fn once_beyond<R>(bridge: Bridge, act: impl FnOnce() -> R) -> Option<R> {
    let before = BEYOND.try_with(Cell::get).ok()?;
    if before & bridge.bit() != 0 { None } else { beyond(bridge, before, act) }
}

/// Runs what lies behind a bridge, wherever the thread is, since it goes with a beginning.
pub(crate) fn apart(bridge: Bridge, act: impl FnOnce()) {
    let before = BEYOND.try_with(Cell::get).unwrap_or(0);
    beyond(bridge, before, act);
}

/// Runs what lies behind a bridge; `before` is where the thread was.
fn beyond<R>(bridge: Bridge, before: u8, act: impl FnOnce() -> R) -> Option<R> {
    let _ = BEYOND.try_with(|beyond| beyond.set(before | bridge.bit()));
    let result = catch_unwind(AssertUnwindSafe(act));
    let _ = BEYOND.try_with(|beyond| beyond.set(before));
    match result {
        Ok(result) => Some(result),
        Err(payload) => {
            PANICS.fetch_add(1, Ordering::Relaxed);
            // It may panic when dropped.
            mem::forget(payload);
            None
        }
    }
}

/// A call begins.
#[cold]
pub(crate) fn begin(callsite: &'static Callsite) -> Option<Box<Hooked>> {
    let wanted = callsite.bridges();
    let spans = Bridge::ALL.map(|bridge| {
        let hook = HOOKS[bridge as usize].get().filter(|_| wanted & bridge.bit() != 0)?;
        once_beyond(bridge, || hook.begin(callsite)).flatten()
    });
    let taken = spans.iter().any(Option::is_some);
    taken.then(|| Box::new(Hooked { metadata: callsite.metadata(), told: 0, spans }))
}

/// An instrument used by hand has a new value.
#[cold]
pub(crate) fn value(id: u32, labels: &[LabelRef<'_>], sample: Sample) {
    let Some(Source::Instrument(info)) = sources::source(id) else { return };
    for bridge in Bridge::ALL {
        if let Some(hook) = HOOKS[bridge as usize].get() {
            once_beyond(bridge, || hook.value(id, info, labels, sample));
        }
    }
}

/// The bridges that take part in one call.
pub(crate) struct Hooked {
    metadata: &'static Metadata,
    /// How many bytes of the call's fields the bridges know.
    told: usize,
    spans: [Option<Box<dyn HookSpan>>; Bridge::ALL.len()],
}

impl Hooked {
    /// The call has these label values.
    pub(crate) fn labels(&mut self, values: &[Box<str>]) {
        self.each(|span| span.labels(values));
    }

    /// These are all fields that the call has until now.
    pub(crate) fn fields(&mut self, fields: &FieldBuffer) {
        let bytes = fields.as_bytes().get(self.told..).unwrap_or_default();
        if !bytes.is_empty() {
            self.told += bytes.len();
            let fields = Fields::new(self.metadata, bytes);
            self.each(|span| span.fields(fields.clone()));
        }
    }

    pub(crate) fn enter(&mut self) {
        self.each(|span| span.enter());
    }

    pub(crate) fn exit(&mut self) {
        self.each(|span| span.exit());
    }

    pub(crate) fn end(&mut self, ending: &Ending) {
        self.each(|span| span.end(ending));
    }

    fn each(&mut self, act: impl Fn(&mut dyn HookSpan)) {
        for (bridge, span) in Bridge::ALL.into_iter().zip(&mut self.spans) {
            if let Some(span) = span {
                apart(bridge, || act(&mut **span));
            }
        }
    }
}

impl Drop for Hooked {
    fn drop(&mut self) {
        for (bridge, span) in Bridge::ALL.into_iter().zip(&mut self.spans) {
            if let Some(span) = span.take() {
                apart(bridge, || drop(span));
            }
        }
    }
}
