//! The listeners of the process: heard where a thread records for no monitor, and copied by each new monitor.

use std::cell::RefCell;
use std::fmt;
use std::sync::Arc;
use std::sync::LazyLock;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;
use std::sync::Weak;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering;
use std::time::Duration;

use crate::dispatch::ears::Ears;
use crate::dispatch::ears::Temper;
use crate::dispatch::ears::Trouble;
use crate::dispatch::sources;
use crate::listener::Listener;
use crate::listener::Subscriptions;
use crate::model::Clock;
use crate::model::Family;
use crate::model::caught;

/// How long a listener rests first, where no monitor says so.
const FIRST_REST: Duration = Duration::from_secs(1);

static LIST: Mutex<List> = Mutex::new(List { next: 0, registered: Vec::new(), ears: None });
/// Changes whenever the list does, so that threads notice.
static EPOCH: AtomicU64 = AtomicU64::new(1);
static TROUBLE: LazyLock<Arc<Trouble>> = LazyLock::new(Arc::default);

thread_local! {
    /// The list as this thread saw it last, so that it takes no lock as long as the list stays. It keeps no listener
    /// that is gone.
    static SEEN: RefCell<(u64, Weak<Ears>)> = const { RefCell::new((0, Weak::new())) };
}

struct List {
    next: u64,
    /// In order of registration.
    registered: Vec<Registered>,
    /// All of them, once somebody was to hear something.
    ears: Option<Arc<Ears>>,
}

struct Registered {
    id: u64,
    subscriptions: Subscriptions,
    temper: Arc<Temper>,
}

fn list() -> MutexGuard<'static, List> {
    LIST.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Registers a listener for the process, until the guard is dropped.
///
/// It hears what happens where a thread records for no monitor. A monitor copies the list when it is made, and its
/// listeners hear in this order: first those of the process, in order of registration, then its own. What is
/// registered later, or dropped, changes nothing for a monitor that is there: so its listeners and their order stay
/// the same for as long as it lives, and no lock stands in the way of an event.
///
/// ```
/// use monitor_core::event::{CommandEvent, PoolEvent};
/// use monitor_core::{Monitor, is_heard, listener};
///
/// let registration = listener::register(listener::from_fn(|event: &CommandEvent| println!("{event:?}")));
/// assert!(is_heard::<CommandEvent>() && !is_heard::<PoolEvent>());
/// drop(registration);
/// assert!(!is_heard::<CommandEvent>());
///
/// // For as long as the process lives:
/// listener::register(listener::from_fn(|event: &PoolEvent| println!("{event:?}"))).keep();
/// ```
pub fn register(listener: impl Listener) -> Registration {
    let mut subscriptions = Subscriptions::default();
    Arc::new(listener).subscribe(&mut subscriptions);
    let temper = Arc::new(Temper::new(FIRST_REST));
    let mut list = list();
    let id = list.next;
    list.next += 1;
    list.registered.push(Registered { id, subscriptions, temper });
    changed(list);
    Registration { id: Some(id) }
}

/// A listener is registered for the process as long as this lives.
#[must_use = "the listener is unregistered when this is dropped; `keep()` leaves it for good"]
pub struct Registration {
    id: Option<u64>,
}

impl Registration {
    /// Leaves the listener registered for as long as the process lives.
    pub fn keep(mut self) {
        self.id = None;
    }
}

impl fmt::Debug for Registration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Registration")
    }
}

impl Drop for Registration {
    fn drop(&mut self) {
        let Some(id) = self.id else { return };
        let mut list = list();
        let place = list.registered.iter().position(|it| it.id == id);
        let gone = place.map(|place| list.registered.remove(place));
        changed(list);
        // Its destructor is the user's, so it runs where no lock is held, and its panic goes no further.
        let _ = caught(move || drop(gone));
    }
}

fn changed(mut list: MutexGuard<'static, List>) {
    let before = list.ears.take();
    EPOCH.fetch_add(1, Ordering::Release);
    drop(list);
    drop(before);
    sources::refresh();
}

/// What the listeners of the process want, in order of registration.
pub(crate) fn subscriptions() -> Vec<Subscriptions> {
    list().registered.iter().map(|it| it.subscriptions.clone()).collect()
}

/// Whether any listener of the process hears this family.
pub(crate) fn hear_of(family: &'static Family) -> bool {
    let hears = |it: &Registered| it.subscriptions.ears().any(|(heard, _)| std::ptr::eq(heard, family));
    list().registered.iter().any(hears)
}

/// What went wrong with the listeners of the process where no monitor was.
pub(crate) fn trouble() -> Arc<Trouble> {
    Arc::clone(&TROUBLE)
}

/// The listeners of the process.
pub(crate) fn ears() -> Arc<Ears> {
    let epoch = EPOCH.load(Ordering::Acquire);
    let seen = SEEN.try_with(|seen| {
        let seen = seen.try_borrow().ok()?;
        (seen.0 == epoch).then(|| seen.1.upgrade()).flatten()
    });
    if let Ok(Some(ears)) = seen {
        return ears;
    }
    let ears = current();
    // A thread that is about to end asks each time.
    let _ = SEEN.try_with(|seen| seen.replace((epoch, Arc::downgrade(&ears))));
    ears
}

fn current() -> Arc<Ears> {
    let mut list = list();
    let List { registered, ears, .. } = &mut *list;
    let made = ears.get_or_insert_with(|| {
        let listeners = registered.iter().map(|it| (&it.subscriptions, Arc::clone(&it.temper)));
        Arc::new(Ears::new(listeners, Clock::default(), trouble()))
    });
    Arc::clone(made)
}
