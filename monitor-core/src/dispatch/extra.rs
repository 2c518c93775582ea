//! What few calls have: fields, links, a clock, a place or a monitor given by hand, a bridge that takes part.

use std::cell::RefCell;
use std::sync::Arc;
use std::time::Duration;

use crate::dispatch::attach::Entered;
use crate::dispatch::attach::Placed;
use crate::dispatch::companion::Answer;
use crate::dispatch::companion::CallEnd;
use crate::dispatch::companion::Companion;
use crate::dispatch::copy::Copy;
use crate::dispatch::core::Core;
use crate::dispatch::error_types::error_type_name;
use crate::dispatch::hook::Hooked;
use crate::dispatch::lane::Lane;
use crate::dispatch::late;
use crate::dispatch::origin::Waived;
use crate::dispatch::values::Values;
use crate::model::Clock;
use crate::model::FieldBuffer;
use crate::model::Head;
use crate::model::Outcome;
use crate::model::SpanContext;
use crate::model::TraceLevel;

/// What few calls have.
#[derive(Default)]
pub(crate) struct Extra {
    pub(crate) fields: FieldBuffer,
    /// What the monitor itself says of the span, which is kept whatever becomes of the fields.
    pub(crate) own: FieldBuffer,
    /// Spans that this one is linked to.
    pub(crate) links: Vec<SpanContext>,
    /// The span that this one is a part of, where it was given by hand.
    pub(crate) parent: Option<SpanContext>,
    /// Where the span hangs, where that was given by hand.
    pub(crate) level: Option<TraceLevel>,
    /// The copy of the span that is recorded after it.
    pub(crate) copy: Option<Copy>,
    /// The monitor that records this call, where it was given by hand.
    pub(crate) core: Option<Arc<Core>>,
    /// Fields are kept only if the call fails or takes so many nanoseconds.
    pub(crate) slow: u64,
    pub(crate) clock: Option<Clock>,
    /// The call may get fields while it runs.
    pub(crate) late: bool,
    /// The place of the call around this one, where this one was put elsewhere by hand.
    pub(crate) placed: Option<Placed>,
    /// The span's parent is in another process.
    pub(crate) remote: bool,
    /// The lane awaited this call.
    pub(crate) waived: Option<Waived>,
    /// The monitor around this call, where this one has a monitor of its own.
    pub(crate) entered: Option<Entered>,
    /// The label values as text, where a bridge wants the call.
    pub(crate) labels: Vec<Box<str>>,
    pub(crate) hook: Option<Box<Hooked>>,
    /// What goes along with the call, in the order in which it came.
    pub(crate) companions: Vec<Box<dyn Companion>>,
    /// What the call gives declared metrics.
    pub(crate) values: Values,
    /// The name of this one span, where it has one beside its callsite's.
    pub(crate) display_name: Option<Box<str>>,
    /// What the result says, for the companions.
    pub(crate) answer: Option<Box<Answer>>,
}

thread_local! {
    /// Boxes to be used again, so that fields cost no allocation in the long run. A call holds on to its box, not
    /// to a place in this list.
    #[expect(clippy::vec_box, reason = "it is the boxes that are kept")]
    static SPARE: RefCell<Vec<Box<Extra>>> = const { RefCell::new(Vec::new()) };
}

impl Extra {
    pub(crate) fn obtain() -> Box<Extra> {
        let spare = SPARE.try_with(|spare| spare.try_borrow_mut().ok()?.pop());
        spare.ok().flatten().unwrap_or_default()
    }

    /// Whether the call is put elsewhere by what was given by hand.
    pub(crate) fn is_by_hand(&self) -> bool {
        self.core.is_some() || self.parent.is_some() || self.level.is_some()
    }

    /// The call leaves its thread for a while.
    pub(crate) fn pause(&mut self, head: u64) {
        self.waived = None;
        if self.late {
            late::leave(head, &mut self.fields);
        }
        if let Some(hook) = &mut self.hook {
            hook.fields(&self.fields);
            hook.exit();
        }
        self.companions.iter_mut().rev().for_each(|companion| companion.pause());
    }

    /// The call goes on, perhaps on another thread.
    pub(crate) fn go_on(&mut self, head: u64) {
        if self.late {
            late::enter(head);
        }
        if let Some(hook) = &mut self.hook {
            hook.enter();
        }
        self.companions.iter_mut().for_each(|companion| companion.go_on());
    }

    /// Whether anything wants to hear of the beginning and the end of the call.
    #[inline]
    pub(crate) fn is_accompanied(&self) -> bool {
        !(self.companions.is_empty() && self.values.is_empty())
    }

    /// The call begins.
    #[inline(never)]
    pub(crate) fn begin(&mut self, context: Option<SpanContext>, lane: Option<&'static Lane>) {
        self.companions.iter_mut().for_each(|companion| companion.begin(context));
        self.values.begin(lane);
    }

    /// The call has ended, which the last companion hears first.
    #[inline(never)]
    pub(crate) fn end(&mut self, ending: Head, duration: Duration, lane: Option<&'static Lane>) {
        let outcome = ending.outcome();
        let error_type = match outcome {
            Outcome::Panic => Some("panic"),
            _ => error_type_name(ending.error()),
        };
        let fields = &mut self.fields;
        let mut end = CallEnd { outcome, error_type, duration, fields, answer: self.answer.take() };
        self.companions.iter_mut().rev().for_each(|companion| companion.end(&mut end));
        self.values.end(lane, outcome, duration);
    }

    /// Puts back what was put elsewhere for this call.
    pub(crate) fn put_back(&mut self) {
        self.placed = None;
        self.entered = None;
    }

    /// Keeps the box to be used again.
    pub(crate) fn release(mut self: Box<Self>) {
        self.fields.clear();
        self.own.clear();
        self.links.clear();
        self.parent = None;
        self.level = None;
        self.copy = None;
        self.core = None;
        self.slow = 0;
        self.clock = None;
        self.late = false;
        self.placed = None;
        self.remote = false;
        self.waived = None;
        self.entered = None;
        self.labels.clear();
        self.hook = None;
        self.companions.clear();
        if !self.values.is_empty() {
            self.values.clear();
        }
        self.display_name = None;
        self.answer = None;
        // Without a thread-local any more, the box is simply freed.
        let _ = SPARE.try_with(|spare| {
            if let Ok(mut spare) = spare.try_borrow_mut()
                && spare.len() < 16
            {
                spare.push(self);
            }
        });
    }
}
