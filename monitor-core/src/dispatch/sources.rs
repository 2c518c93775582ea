//! Every callsite and instrument that was used, and every monitor that may want to know.

#[cfg(all(test, not(loom)))]
mod tests;

use std::io;
use std::io::Write as _;
use std::sync::Arc;
use std::sync::PoisonError;
use std::sync::Weak;
use std::sync::atomic::Ordering;

use crate::dispatch::callsite::Callsite;
use crate::dispatch::core::Core;
use crate::dispatch::entry::MAX_SOURCES;
use crate::dispatch::process_wide;
use crate::metric::InstrumentInfo;
use crate::model::Family;
use crate::model::sync::AtomicU64;
use crate::model::sync::Mutex;
use crate::model::sync::MutexGuard;
use crate::model::sync::meeting;

/// One place that records: its number is its position here.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Source {
    Callsite(&'static Callsite),
    Family(&'static Family),
    Instrument(&'static InstrumentInfo),
}

impl Source {
    /// Whether this is an instrument of the same name and labels.
    fn is_like(&self, info: &InstrumentInfo) -> bool {
        matches!(self, Source::Instrument(own) if own.name == info.name && own.labels == info.labels)
    }
}

#[derive(Default)]
struct Registry {
    sources: Vec<Source>,
    /// The metrics that the program declares, whether or not they have had a value, each name once.
    declared: Vec<&'static InstrumentInfo>,
    cores: Vec<Weak<Core>>,
    global: Option<Arc<Core>>,
    /// Sources that came when there was no number left, or that contradict an earlier one of their name.
    refused: u64,
    /// The names of which it was said that they have contradicting declarations.
    said: Vec<&'static str>,
}

meeting! {
    static REGISTRY: Mutex<Registry> =
        Mutex::new(Registry { sources: Vec::new(), declared: Vec::new(), cores: Vec::new(), global: None, refused: 0, said: Vec::new() });
}

meeting! {
    /// Changes whenever the global monitor does, so that threads without one notice.
    static EPOCH: AtomicU64 = AtomicU64::new(1);
}

fn registry() -> MutexGuard<'static, Registry> {
    REGISTRY.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Gives a callsite its number and sets its switch.
pub(crate) fn register_callsite(callsite: &'static Callsite) {
    let mut registry = registry();
    if callsite.id() == u32::MAX {
        let Some(id) = registry.add(Source::Callsite(callsite)) else {
            callsite.set_on(false);
            return;
        };
        callsite.set_id(id);
        // A bridge may call back into this module.
        drop(registry);
        callsite.wire();
        registry = self::registry();
    }
    callsite.set_on(registry.wants(callsite));
}

/// The number of a family of events, given when it is first asked for.
pub(crate) fn register_family(family: &'static Family) -> Option<u32> {
    if family.id() != u32::MAX {
        return Some(family.id());
    }
    let mut registry = registry();
    if family.id() == u32::MAX {
        family.set_id(registry.add(Source::Family(family))?);
    }
    Some(family.id())
}

/// Gives a family of events its number and sets its switch.
pub(crate) fn ask_family(family: &'static Family) {
    let known = register_family(family).is_some();
    let registry = registry();
    family.set_heard(known && registry.hears(family));
}

/// Gives an instrument its number: that of an earlier one of the same name, unless the two contradict each
/// other, when the first wins.
pub(crate) fn register_instrument(info: &'static InstrumentInfo) -> Option<u32> {
    let mut registry = registry();
    if let Some(earlier) = registry.contradicted(info) {
        return refuse_for(registry, info, earlier);
    }
    let earlier = registry.sources.iter().position(|source| source.is_like(info));
    earlier.map(|position| position as u32).or_else(|| registry.add(Source::Instrument(info)))
}

/// Makes a metric known that may not have a value yet. Gives whether no earlier one of its name contradicts it.
pub(crate) fn declare(info: &'static InstrumentInfo) -> bool {
    let mut registry = registry();
    if let Some(earlier) = registry.contradicted(info) {
        refuse_for(registry, info, earlier);
        return false;
    }
    if !registry.declared.iter().any(|earlier| earlier.name == info.name) {
        registry.declared.push(info);
    }
    true
}

/// The metrics that the program declares.
pub(crate) fn declared() -> Vec<&'static InstrumentInfo> {
    registry().declared.clone()
}

/// Gives an instrument of another facade its number. There, one name may have series with different label
/// names: each such set is a source of its own, as long as the kind and what is said of the unit agree.
#[cfg_attr(not(feature = "metrics"), expect(dead_code, reason = "only the bridge to `metrics` uses it"))]
pub(crate) fn register_foreign(info: &'static InstrumentInfo) -> Option<u32> {
    let mut registry = registry();
    let contradicts = |earlier: &InstrumentInfo| {
        earlier.kind != info.kind
            || (earlier.unit != info.unit && !earlier.unit.is_empty() && !info.unit.is_empty())
    };
    if registry.named(info.name).any(contradicts) {
        registry.refused += 1;
        return None;
    }
    let earlier = registry.sources.iter().position(|source| source.is_like(info));
    earlier.map(|position| position as u32).or_else(|| registry.add(Source::Instrument(info)))
}

/// Refuses an instrument that contradicts an earlier one, and says so, once for each name.
#[cold]
fn refuse_for(
    mut registry: MutexGuard<'_, Registry>,
    info: &InstrumentInfo,
    earlier: &InstrumentInfo,
) -> Option<u32> {
    registry.refused += 1;
    let said = registry.said.contains(&earlier.name);
    if !said {
        registry.said.push(earlier.name);
    }
    drop(registry);
    if !said {
        // Where nobody can be told, it is counted all the same.
        let _ = writeln!(
            io::stderr(),
            "monitor: metric `{}` is declared twice: as {}, which counts, and as {}, which is refused",
            info.name,
            earlier.described(),
            info.described(),
        );
    }
    None
}

/// A copy of the list of sources.
pub(crate) fn sources() -> Vec<Source> {
    registry().sources.clone()
}

/// The source of this number.
pub(crate) fn source(id: u32) -> Option<Source> {
    registry().sources.get(id as usize).copied()
}

/// The names of a source's labels.
pub(crate) fn label_names(id: u32) -> &'static [&'static str] {
    match source(id) {
        Some(Source::Callsite(callsite)) => callsite.metadata().labels,
        Some(Source::Instrument(info)) => info.labels,
        Some(Source::Family(_)) | None => &[],
    }
}

/// A source was refused before it came here.
#[cfg_attr(not(feature = "metrics"), expect(dead_code, reason = "only the bridge to `metrics` uses it"))]
pub(crate) fn refuse() {
    registry().refused += 1;
}

/// How many sources were refused, because there were too many or because they contradict an earlier one.
pub(crate) fn refused() -> u64 {
    registry().refused
}

/// Lets a new monitor be asked what it wants.
pub(crate) fn add(core: &Arc<Core>) {
    registry().cores.push(Arc::downgrade(core));
    refresh();
}

/// Sets every switch anew. What the lanes of other monitors know does not change by one that comes or goes.
pub(crate) fn refresh() {
    let mut registry = registry();
    registry.cores.retain(|core| core.upgrade().is_some_and(|core| !core.is_closed()));
    for source in &registry.sources {
        match source {
            Source::Callsite(callsite) => callsite.set_on(registry.wants(callsite)),
            Source::Family(family) => family.set_heard(registry.hears(family)),
            Source::Instrument(_) => {}
        }
    }
}

/// Asks every monitor anew about some sources.
pub(crate) fn renew(of: impl Fn(u32) -> bool) {
    let live: Vec<_> = registry().cores.iter().filter_map(Weak::upgrade).collect();
    live.iter().filter(|core| !core.is_closed()).for_each(|core| core.renew_heads(&of));
}

/// Sets the switch of one callsite anew.
pub(crate) fn refresh_callsite(callsite: &'static Callsite) {
    let registry = registry();
    if callsite.id() == u32::MAX {
        // Its switch is set when it gets its number.
        return;
    }
    callsite.set_on(registry.wants(callsite));
    drop(registry);
    renew(|source| source == callsite.id());
}

/// Makes `core` the global monitor, unless there is one of this process.
pub(crate) fn install_global(core: &Arc<Core>) -> bool {
    let mut registry = registry();
    if registry.global.as_ref().is_some_and(|global| !global.is_foreign()) {
        return false;
    }
    let foreign = registry.global.replace(Arc::clone(core));
    EPOCH.fetch_add(1, Ordering::Release);
    drop(registry);
    // Threads would go on recording for it.
    foreign.iter().for_each(|foreign| foreign.close());
    true
}

/// Takes the global monitor away, if it is this one.
pub(crate) fn uninstall_global(core: &Arc<Core>) {
    let mut registry = registry();
    if registry.global.as_ref().is_some_and(|global| Arc::ptr_eq(global, core)) {
        registry.global = None;
        EPOCH.fetch_add(1, Ordering::Release);
    }
}

/// The global monitor.
pub(crate) fn global() -> Option<Arc<Core>> {
    registry().global.clone()
}

/// The monitor of this number, if it still runs.
pub(crate) fn live(id: u64) -> Option<Arc<Core>> {
    registry().cores.iter().filter_map(Weak::upgrade).find(|core| core.id() == id && !core.is_closed())
}

#[inline]
pub(crate) fn epoch() -> u64 {
    EPOCH.load(Ordering::Acquire)
}

impl Registry {
    /// All instruments of a name, the declared ones first.
    fn named<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'static InstrumentInfo> + 'a {
        let used = self.sources.iter().filter_map(|source| match source {
            Source::Instrument(info) => Some(*info),
            Source::Callsite(_) | Source::Family(_) => None,
        });
        self.declared.iter().copied().chain(used).filter(move |info| info.name == name)
    }

    /// The earlier instrument that this one contradicts, if it does.
    fn contradicted(&self, info: &InstrumentInfo) -> Option<&'static InstrumentInfo> {
        self.named(info.name).next().filter(|earlier| !earlier.agrees(info))
    }

    /// Gives a source its number, unless there is none left.
    fn add(&mut self, source: Source) -> Option<u32> {
        let id = self.sources.len() as u32;
        if id >= MAX_SOURCES {
            self.refused += 1;
            return None;
        }
        self.sources.push(source);
        Some(id)
    }

    fn wants(&self, callsite: &Callsite) -> bool {
        callsite.is_bridged()
            || self.live().any(|core| !core.signals(callsite.metadata()).is_empty())
            || callsite.metadata().family.is_some_and(|family| self.hears(family()))
    }

    /// Whether some monitor or the process has a listener to this family.
    fn hears(&self, family: &'static Family) -> bool {
        process_wide::hear_of(family) || self.live().any(|core| core.hears(family))
    }

    fn live(&self) -> impl Iterator<Item = Arc<Core>> {
        self.cores.iter().filter_map(Weak::upgrade).filter(|core| !core.is_closed())
    }
}
