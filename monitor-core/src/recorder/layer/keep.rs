//! Lets some through by their names, modules and kinds.

use crate::metric::Snapshot;
use crate::model::SpanKind;
use crate::recorder::EventBatch;
use crate::recorder::SpanBatch;
use crate::recorder::layer::Layer;
use crate::recorder::layer::Pattern;
use crate::recorder::layer::selection::Selection;

/// Lets some spans, events and metrics through by their names, and spans by their modules and kinds.
///
/// ```
/// use monitor_core::layers::{Keep, RecorderExt};
/// use monitor_core::recorders::Null;
///
/// let database = Null::default().layer(Keep::only("db.*").with("function.*").module("shop::db"));
/// let quiet = Null::default().layer(Keep::all().without("debug.*"));
/// # drop((database, quiet));
/// ```
#[derive(Clone, Debug, Default)]
pub struct Keep {
    names: Selection,
    modules: Vec<String>,
    kinds: Vec<SpanKind>,
    inverted: bool,
}

impl Keep {
    /// Lets everything through.
    #[must_use]
    pub fn all() -> Self {
        Self::default()
    }

    /// Lets only these names through.
    pub fn only(names: impl Into<Pattern>) -> Self {
        Self::all().with(names)
    }

    /// Lets these names through as well.
    #[must_use]
    pub fn with(mut self, names: impl Into<Pattern>) -> Self {
        self.names.only.push(names.into());
        self
    }

    /// Does not let these names through, whatever else is said.
    #[must_use]
    pub fn without(mut self, names: impl Into<Pattern>) -> Self {
        self.names.without.push(names.into());
        self
    }

    /// Of the spans, lets only those of this module and the modules in it through; said more than once, those of each.
    #[must_use]
    pub fn module(mut self, module: impl Into<String>) -> Self {
        self.modules.push(module.into());
        self
    }

    /// Of the spans, lets only those of this kind through; said more than once, those of each.
    #[must_use]
    pub fn kind(mut self, kind: SpanKind) -> Self {
        self.kinds.push(kind);
        self
    }

    /// Lets through what this would not, and nothing else: for the other way out of a crossroads.
    ///
    /// ```
    /// use monitor_core::layers::{FanOut, Keep, RecorderExt};
    /// use monitor_core::recorders::{Memory, Null};
    ///
    /// let database = Keep::all().module("shop::db");
    /// let route = FanOut::new("routed")
    ///     .and(Memory::default().layer(database.clone()))
    ///     .and(Null::default().layer(database.inverted()));
    /// # drop(route);
    /// ```
    #[must_use]
    pub fn inverted(mut self) -> Self {
        self.inverted = !self.inverted;
        self
    }

    fn lets_module(&self, module: &str) -> bool {
        let is_in = |of: &String| {
            module.strip_prefix(of.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
        };
        self.modules.is_empty() || self.modules.iter().any(is_in)
    }
}

impl Layer for Keep {
    fn spans(&mut self, batch: SpanBatch) -> SpanBatch {
        batch.retained(|span| {
            let metadata = span.metadata();
            let kind = self.kinds.is_empty() || self.kinds.contains(&metadata.kind);
            (kind && self.lets_module(metadata.module) && self.names.has(span.name())) != self.inverted
        })
    }

    fn events(&mut self, batch: EventBatch) -> EventBatch {
        batch.retained(|event| self.names.has(event.name()) != self.inverted)
    }

    fn metrics(&mut self, mut snapshot: Snapshot) -> Snapshot {
        snapshot.metrics.retain(|metric| self.names.has(&metric.name) != self.inverted);
        snapshot.functions.retain(|function| {
            (self.lets_module(function.metadata.module) && self.names.has(function.name())) != self.inverted
        });
        snapshot
    }
}
