//! From an event to those who hear of it.

use std::any::Any;
use std::cell::Cell;
use std::cell::RefCell;
use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use crate::dispatch::attach::Belonging;
use crate::dispatch::attach::belonging;
use crate::dispatch::attach::is_suppressed;
use crate::dispatch::core::Core;
use crate::dispatch::ears::Ears;
use crate::dispatch::event_record::record_event;
use crate::dispatch::process_wide;
use crate::dispatch::sources;
use crate::event::Event;
use crate::event::IntoEvent;
use crate::model::Family;
use crate::model::caught;

/// Events from within a listener may go so deep: one that was told while one was told while ...
const DEEPEST: u32 = 8;
/// So many events from within listeners may follow one event.
const MOST: u32 = 256;

/// Tells that something happened, to the listeners of the monitor that this thread records for, or, where it records
/// for none, to those of the process; and to the monitor's recorders that take events.
///
/// Where nobody hears the event it costs one load, and `generate` does not run. A panic in it is caught and counted.
///
/// ```
/// use monitor_core::event::{Address, ConnectionCreated, PoolEvent};
/// use monitor_core::{Monitor, emit, listener};
///
/// let (listener, events) = listener::channel::<PoolEvent>(10);
/// let monitor = Monitor::builder().listener(listener).build();
/// monitor.scope(|| emit(|| ConnectionCreated::new(Address::tcp("db", 5432), 1)));
/// assert!(matches!(events.recv(), Ok(PoolEvent::ConnectionCreated(event)) if event.connection_id == 1));
/// ```
#[inline]
pub fn emit<E: IntoEvent>(generate: impl FnOnce() -> E) {
    if E::Event::family().may_be_heard() {
        emit_here(generate);
    }
}

/// Whether somebody may hear events of this type, in whatever monitor: worth asking where what belongs to an event
/// has to be gathered before it happens.
///
/// ```
/// use monitor_core::event::CommandEvent;
/// use monitor_core::{Monitor, is_heard, listener};
///
/// assert!(!is_heard::<CommandEvent>());
/// let monitor = Monitor::builder().listener(listener::from_fn(|_: &CommandEvent| ())).build();
/// assert!(is_heard::<CommandEvent>());
/// ```
#[inline]
#[must_use]
pub fn is_heard<E: Event>() -> bool {
    E::family().may_be_heard() && known_to_be_heard(E::family())
}

#[cold]
#[inline(never)]
fn emit_here<E: IntoEvent>(generate: impl FnOnce() -> E) {
    if let Some(audience) = Audience::here(E::Event::family()) {
        tell(audience, generate);
    }
}

/// Tells that something happened, to the listeners and recorders of one monitor.
#[cold]
#[inline(never)]
pub(crate) fn emit_to<E: IntoEvent>(core: &Arc<Core>, generate: impl FnOnce() -> E) {
    if let Some(audience) = Audience::of(core, E::Event::family()) {
        tell(audience, generate);
    }
}

/// Registers a family that nobody has asked about, which sets its switch.
#[cold]
#[inline(never)]
fn known_to_be_heard(family: &'static Family) -> bool {
    if family.is_new() {
        sources::ask_family(family);
    }
    family.may_be_heard()
}

/// Who hears one event.
struct Audience {
    core: Option<Arc<Core>>,
    ears: Option<Arc<Ears>>,
}

impl Audience {
    /// Those who hear this family where the thread is.
    fn here(family: &'static Family) -> Option<Self> {
        if !known_to_be_heard(family) {
            return None;
        }
        match belonging() {
            Belonging::Monitor(core) => Self::of_core(core, family),
            Belonging::Nobody => None,
            Belonging::Process => {
                let ears = process_wide::ears();
                ears.hear_of(family).then_some(Self { core: None, ears: Some(ears) })
            }
        }
    }

    /// Those who hear this family in one monitor.
    fn of(core: &Arc<Core>, family: &'static Family) -> Option<Self> {
        if !known_to_be_heard(family) || is_suppressed() || core.is_closed() {
            return None;
        }
        Self::of_core(Arc::clone(core), family)
    }

    fn of_core(core: Arc<Core>, family: &'static Family) -> Option<Self> {
        let ears = core.hearing.ears_for(family);
        (ears.is_some() || core.wants_events()).then_some(Self { core: Some(core), ears })
    }
}

fn tell<E: IntoEvent>(audience: Audience, generate: impl FnOnce() -> E) {
    match caught(|| generate().into_event()) {
        Ok(event) => tell_event(audience, event),
        Err(_) => audience.core.iter().for_each(|core| core.note_panic()),
    }
}

/// Recorders come first: an event that a listener tells has happened after the one that it hears.
fn tell_event<E: Event>(audience: Audience, event: E) {
    if let Some(core) = audience.core.filter(|core| core.wants_events()) {
        record_event(&core, &event);
    }
    let Some(ears) = audience.ears else { return };
    match Turn::begin() {
        Ok(turn) => {
            ears.hear(E::family(), &event);
            // Its destructor may be the user's.
            let _ = caught(move || drop(event));
            turn.hear_what_followed();
        }
        Err(depth) => {
            follow(Following { ears, family: E::family(), event: Box::new(event), depth: depth + 1 })
        }
    }
}

thread_local! {
    /// How deep the event is that the thread's listeners hear: zero for none.
    static DEPTH: Cell<u32> = const { Cell::new(0) };
    /// How many events have followed the outermost one.
    static FOLLOWED: Cell<u32> = const { Cell::new(0) };
    /// Events from within listeners, which wait until all have heard the one before.
    static WAITING: RefCell<VecDeque<Following>> = const { RefCell::new(VecDeque::new()) };
}

/// An event that a listener told while it heard another.
struct Following {
    ears: Arc<Ears>,
    family: &'static Family,
    event: Box<dyn Any + Send>,
    depth: u32,
}

/// The listeners of this thread hear one event and what follows from it.
struct Turn;

impl Turn {
    /// Begins, or says how deep the event is that is heard already.
    fn begin() -> Result<Self, u32> {
        match DEPTH.get() {
            0 => {
                DEPTH.set(1);
                Ok(Self)
            }
            depth => Err(depth),
        }
    }

    /// Lets all hear what listeners have told meanwhile, in that order, so that each hears the same order.
    fn hear_what_followed(self) {
        while let Some(following) = next() {
            let Following { ears, family, event, depth } = following;
            DEPTH.set(depth);
            ears.hear(family, &*event);
            let _ = caught(move || drop(event));
        }
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        DEPTH.set(0);
        FOLLOWED.set(0);
    }
}

fn next() -> Option<Following> {
    WAITING.try_with(|waiting| waiting.try_borrow_mut().ok()?.pop_front()).ok().flatten()
}

/// An event waits for its turn, unless it is too deep, one too many, or the thread is about to end.
fn follow(following: Following) {
    let trouble = following.ears.trouble();
    let mut following = Some(following);
    if following.as_ref().is_some_and(|it| it.depth <= DEEPEST) && FOLLOWED.get() < MOST {
        let _ = WAITING.try_with(|waiting| {
            if let Ok(mut waiting) = waiting.try_borrow_mut() {
                waiting.extend(following.take());
            }
        });
    }
    match following {
        None => FOLLOWED.set(FOLLOWED.get() + 1),
        Some(unheard) => {
            trouble.unheard.fetch_add(1, Ordering::Relaxed);
            // Its destructor may be the user's.
            let _ = caught(move || drop(unheard));
        }
    }
}
