//! temp
use crate::dispatch::*;
use crate::model::*;
use crate::metric::Snapshot;
use std::sync::Arc;
/// A monitor.
#[derive(Debug)]
pub struct Monitor { core: Arc<Core> }
struct All;
impl Filter for All { fn signals(&self, _: &Metadata) -> Signals { Signals::ALL } }
#[allow(missing_docs)]
impl Monitor {
    pub fn temp(signals: Signals) -> Self {
        let core = Core::new(CoreConfig { clock: Clock::default(), filter: Box::new(All), signals, chunks: 512 });
        Self { core }
    }
    pub fn install(&self) { install_global(&self.core); refresh(); }
    pub fn snapshot(&self) -> Snapshot { self.core.snapshot() }
    pub fn take(&self) -> usize { 
        struct N; impl crate::recorder::Names for N { fn metadata(&self, source: u32) -> Option<&'static Metadata> { match crate::dispatch::source(source)? { Source::Callsite(c) => Some(c.metadata()), _ => None } } fn error_type(&self, id: u16) -> Option<&'static str> { error_type_name(id) } }
        let mut b = crate::recorder::SpanBatch::new(&N, self.core.clock().anchor(), self.core.seconds_per_tick()); self.core.take(true, &mut b); b.len() }
}
