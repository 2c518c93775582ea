//! A crate that denies what it can, and has names that generated code could trip over.
#![deny(
    warnings, missing_docs, unreachable_pub, unused_qualifications, single_use_lifetimes, trivial_casts,
    trivial_numeric_casts, unused_lifetimes, variant_size_differences, elided_lifetimes_in_paths,
    missing_debug_implementations, let_underscore_drop, unused_results, unused_import_braces, unsafe_code
)]
#![no_implicit_prelude]

use ::monitor_core::event::Event;
use ::monitor_core::listener::CommandListener;
use ::monitor_core::listener::EventListener;
use ::monitor_core::listener::FailoverListener;
use ::monitor_core::listener::HeartbeatListener;
use ::monitor_core::listener::Listener;
use ::monitor_core::listener::PoolListener;
use ::monitor_core::listener::ServerListener;
use ::monitor_core::listener::TopologyListener;
use ::std::clone::Clone;
use ::std::fmt::Debug;
use ::std::marker::Send;
use ::std::marker::Sync;
use ::std::string::String;

mod core {}
mod monitor_core {}
mod std {}

/// Names of the runtime's, with another meaning here.
mod mine {
    pub(super) use ::monitor_core as renamed;
}

/// One.
#[derive(Clone, Debug, Event)]
#[event(crate = mine::renamed, severity = error)]
pub struct Evicted {
    /// Which.
    pub key: String,
    /// Named like an argument of the generated function.
    #[event(display)]
    pub add: u32,
}

/// Several.
#[derive(Clone, Debug, Event)]
pub enum Cache<T>
where
    T: ::std::fmt::Display,
{
    /// None at all.
    Cleared,
    /// Some.
    #[event(severity = debug)]
    Grown(#[event(display)] T, #[event(skip)] u8),
}

/// Hears one's own events alone.
#[derive(Debug, Listener)]
#[listener(crate = mine::renamed, Evicted, Cache<u32>)]
pub struct Own;

impl EventListener<Evicted> for Own {
    fn hear(&self, event: &Evicted) {
        ::std::assert!(event.key.is_empty());
    }
}

impl EventListener<Cache<u32>> for Own {
    fn hear(&self, event: &Cache<u32>) {
        ::std::assert_eq!(event.name(), "cache.grown");
    }
}

/// Hears everything.
#[derive(Debug, Listener)]
enum Everything {
    One,
}

impl CommandListener for Everything {}
impl FailoverListener for Everything {}
impl HeartbeatListener for Everything {}
impl PoolListener for Everything {}
impl ServerListener for Everything {}
impl TopologyListener for Everything {}

fn main() {
    let monitor = ::monitor_core::Monitor::builder().listener(Own).listener(Everything::One).build();
    monitor.emit(|| Evicted { key: String::new(), add: 1 });
    monitor.emit(|| Cache::Grown(1_u32, 2));
    ::std::assert_eq!(monitor.losses().listener_panics, 0);
    let _: fn() -> &'static ::monitor_core::event::Family = <Cache<u32> as Event>::family;
    let _ = Cache::<u32>::Cleared;
    fn shared<T: Send + Sync>(_: &T) {}
    shared(&monitor);
}
