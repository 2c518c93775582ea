//! What few calls have: fields, links, a clock, a place or a monitor given by hand, a bridge that takes part.

use std::cell::RefCell;
use std::sync::Arc;

use crate::dispatch::attach::Entered;
use crate::dispatch::attach::Placed;
use crate::dispatch::core::Core;
use crate::dispatch::hook::HookSpan;
use crate::dispatch::late;
use crate::model::Clock;
use crate::model::FieldBuffer;
use crate::model::SpanContext;

/// What few calls have.
#[derive(Default)]
pub(crate) struct Extra {
    pub(crate) fields: FieldBuffer,
    /// Spans that this one is linked to.
    pub(crate) links: Vec<SpanContext>,
    /// The span that this one is a part of, where it was given by hand.
    pub(crate) parent: Option<SpanContext>,
    /// The monitor that records this call, where it was given by hand.
    pub(crate) core: Option<Arc<Core>>,
    /// Fields are kept only if the call fails or takes so many nanoseconds.
    pub(crate) slow: u64,
    pub(crate) clock: Option<Clock>,
    /// The call may get fields while it runs.
    pub(crate) late: bool,
    /// The place of the call around this one, where this one was put elsewhere by hand.
    pub(crate) placed: Option<Placed>,
    /// The monitor around this call, where this one has a monitor of its own.
    pub(crate) entered: Option<Entered>,
    pub(crate) hook: Option<Box<dyn HookSpan>>,
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

    /// The call leaves its thread for a while.
    pub(crate) fn pause(&mut self, head: u64) {
        if self.late {
            late::leave(head, &mut self.fields);
        }
        if let Some(hook) = &mut self.hook {
            hook.exit();
        }
    }

    /// The call goes on, perhaps on another thread.
    pub(crate) fn go_on(&mut self, head: u64) {
        if self.late {
            late::enter(head);
        }
        if let Some(hook) = &mut self.hook {
            hook.enter();
        }
    }

    /// Puts back what was put elsewhere for this call.
    pub(crate) fn put_back(&mut self) {
        self.placed = None;
        self.entered = None;
    }

    /// Keeps the box to be used again.
    pub(crate) fn release(mut self: Box<Self>) {
        self.fields.clear();
        self.links.clear();
        self.parent = None;
        self.core = None;
        self.slow = 0;
        self.clock = None;
        self.late = false;
        self.placed = None;
        self.entered = None;
        self.hook = None;
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
