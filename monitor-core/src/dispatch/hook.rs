//! What a bridge to another facade may do with each call. Nothing where there is no bridge.

use std::sync::OnceLock;

use crate::dispatch::callsite::Callsite;
use crate::model::FieldBuffer;
use crate::model::Metadata;
use crate::model::Outcome;

/// A bridge that takes part in the calls of the callsites that it asked for.
pub(crate) trait Hook: Send + Sync {
    /// A call begins and is entered.
    fn begin(&self, callsite: &'static Callsite) -> Option<Box<dyn HookSpan>>;
}

/// One call, as a bridge sees it.
pub(crate) trait HookSpan: Send + Sync {
    /// The call has these fields.
    fn fields(&mut self, metadata: &'static Metadata, fields: &FieldBuffer);
    /// The call goes on, perhaps on another thread.
    fn enter(&mut self);
    /// The call pauses.
    fn exit(&mut self);
    /// The call has ended; it was entered until now.
    fn end(&mut self, outcome: Outcome);
}

static HOOK: OnceLock<Box<dyn Hook>> = OnceLock::new();

/// Sets the hook, once for the process.
#[cfg_attr(not(feature = "tracing"), expect(dead_code, reason = "only a bridge sets it"))]
pub(crate) fn set_hook(hook: Box<dyn Hook>) {
    // A second hook of the same bridge changes nothing.
    let _ = HOOK.set(hook);
}

pub(crate) fn begin(callsite: &'static Callsite) -> Option<Box<dyn HookSpan>> {
    HOOK.get()?.begin(callsite)
}
