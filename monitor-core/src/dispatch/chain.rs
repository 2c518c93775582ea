//! Chains of plugins: which plugin's turn it is on this thread, and who called whom.
//!
//! A plugin is called by the one before it in the chain, so the plugins under way on a thread lie one above the other,
//! as their calls do. What waits between two polls is not there, so chains that take turns on a thread do not see each
//! other.

use std::cell::RefCell;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering;

use crate::dispatch::companion::CallEnd;
use crate::dispatch::companion::Companion;
use crate::model::FieldName;
use crate::model::FieldValue;
use crate::model::SpanContext;

/// A plugin: what all segments of one block have in common.
#[derive(Clone, Copy, Debug)]
pub struct Plugin {
    name: &'static str,
    /// The chain ends with it, so that it has no next one to call.
    terminal: bool,
}

impl Plugin {
    /// A plugin of this name.
    #[must_use]
    pub const fn new(name: &'static str) -> Self {
        Self { name, terminal: false }
    }

    /// The chain ends with this plugin.
    #[must_use]
    pub const fn terminal(mut self) -> Self {
        self.terminal = true;
        self
    }
}

/// One call of a plugin.
pub(crate) struct Segment {
    plugin: Plugin,
    /// Tells it from other calls of the same plugin.
    id: u64,
    /// How deep in the chain: the outermost plugin has one.
    position: u64,
    /// How often it has called what comes next in the chain, so far as it is not on a thread.
    next: u64,
}

/// A segment that is under way on this thread.
struct Frame {
    plugin: &'static str,
    terminal: bool,
    id: u64,
    position: u64,
    next: u64,
}

static NEXT_ID: AtomicU64 = AtomicU64::new(0);

thread_local! {
    /// The segments under way on this thread, the innermost last.
    static CHAIN: RefCell<Vec<Frame>> = const { RefCell::new(Vec::new()) };
}

/// The plugin whose turn it is on this thread has called what comes next, at the chain's end.
pub(crate) fn reach_end() {
    with_chain(|chain| call_next(chain));
}

/// Counts for the innermost plugin, and for its calls of its own methods on the way there.
fn call_next(chain: &mut [Frame]) {
    let Some(plugin) = chain.last().map(|last| last.plugin) else { return };
    for frame in chain.iter_mut().rev().take_while(|frame| frame.plugin == plugin) {
        frame.next += 1;
    }
}

/// Without the thread-local, at the very end of a thread, there is no chain.
fn with_chain(act: impl FnOnce(&mut Vec<Frame>)) {
    let _ = CHAIN.try_with(|chain| {
        if let Ok(mut chain) = chain.try_borrow_mut() {
            act(&mut chain);
        }
    });
}

impl Segment {
    pub(crate) fn new(plugin: Plugin) -> Self {
        Self { plugin, id: NEXT_ID.fetch_add(1, Ordering::Relaxed), position: 1, next: 0 }
    }

    fn frame(&self) -> Frame {
        let Plugin { name, terminal } = self.plugin;
        Frame { plugin: name, terminal, id: self.id, position: self.position, next: 0 }
    }

    /// Takes the segment off its thread, with what it has called there.
    fn leave(&mut self) {
        with_chain(|chain| {
            if let Some(place) = chain.iter().rposition(|frame| frame.id == self.id) {
                self.next += chain.remove(place).next;
            }
        });
    }
}

impl Companion for Segment {
    fn begin(&mut self, _: Option<SpanContext>) {
        with_chain(|chain| {
            if let Some(last) = chain.last() {
                let same = last.plugin == self.plugin.name;
                // What the end of a chain calls, to open a connection for instance, is a chain of its own.
                if same || !last.terminal {
                    self.position = last.position + u64::from(!same);
                }
                if !same {
                    call_next(chain);
                }
            }
            chain.push(self.frame());
        });
    }

    fn pause(&mut self) {
        self.leave();
    }

    fn go_on(&mut self) {
        with_chain(|chain| chain.push(self.frame()));
    }

    fn end(&mut self, end: &mut CallEnd<'_>) {
        self.leave();
        let mut field = |name, value| end.fields.push(FieldName::Free(name), &value);
        field("plugin.name", FieldValue::Text(self.plugin.name.into()));
        field("plugin.position", FieldValue::Unsigned(self.position));
        if self.plugin.terminal {
            return;
        }
        field("plugin.next.calls", FieldValue::Unsigned(self.next));
        if self.next == 0 {
            field("plugin.short_circuited", FieldValue::Bool(true));
        }
    }
}
