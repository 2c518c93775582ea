//! What threads meet at, named once: std's, or with `--cfg loom` the stand-ins by which loom walks through every
//! order of what threads do to them.
//!
//! Whatever a model is to check takes its atomics, locks and statics from here. Loom's cannot be made at compile
//! time, so there a static is made anew for each order, and what is a `const fn` is an ordinary one.

#[cfg(loom)]
pub(crate) use gated::{AtomicBool, AtomicPtr, AtomicU8, AtomicU32, AtomicU64, AtomicUsize};
#[cfg(loom)]
pub(crate) use loom::sync::atomic::AtomicU64 as PlainU64;
#[cfg(loom)]
pub(crate) use loom::sync::{Mutex, MutexGuard};
/// For what nobody loads and then stores while others may load it.
#[cfg(not(loom))]
pub(crate) use std::sync::atomic::AtomicU64 as PlainU64;
#[cfg(not(loom))]
pub(crate) use std::sync::atomic::{AtomicBool, AtomicPtr, AtomicU8, AtomicU32, AtomicU64, AtomicUsize};
#[cfg(not(loom))]
pub(crate) use std::sync::{Mutex, MutexGuard};

/// A `const fn`, but for loom.
#[cfg(not(loom))]
macro_rules! const_fn {
    ($($function:tt)*) => { $($function)* };
}

/// A `const fn`, but for loom.
#[cfg(loom)]
macro_rules! const_fn {
    ($(#[$attribute:meta])* $visible:vis const fn $($function:tt)*) => {
        $(#[$attribute])* $visible fn $($function)*
    };
}

/// A value that is computed once where it stands in a `const fn`, but for loom.
#[cfg(not(loom))]
macro_rules! constant {
    ($value:expr) => {
        const { $value }
    };
}

/// A value that is computed once where it stands in a `const fn`, but for loom.
#[cfg(loom)]
macro_rules! constant {
    ($value:expr) => {
        $value
    };
}

/// A static that threads meet at.
#[cfg(not(loom))]
macro_rules! meeting {
    ($($meeting:tt)*) => { $($meeting)* };
}

/// A static that threads meet at.
#[cfg(loom)]
macro_rules! meeting {
    ($(#[$attribute:meta])* static $name:ident: $type:ty = $value:expr;) => {
        ::loom::lazy_static! { $(#[$attribute])* static ref $name: $type = $value; }
    };
}

pub(crate) use {const_fn, constant, meeting};

/// Loom's atomics, each behind a gate.
#[cfg(loom)]
mod gated {
    use std::ops::Deref;
    use std::sync::atomic::Ordering;

    use loom::sync::atomic;

    pub(crate) type AtomicBool = Gated<atomic::AtomicBool>;
    pub(crate) type AtomicPtr<T> = Gated<atomic::AtomicPtr<T>>;
    pub(crate) type AtomicU8 = Gated<atomic::AtomicU8>;
    pub(crate) type AtomicU32 = Gated<atomic::AtomicU32>;
    pub(crate) type AtomicU64 = Gated<atomic::AtomicU64>;
    pub(crate) type AtomicUsize = Gated<atomic::AtomicUsize>;

    /// Of those who used an atomic, loom remembers the last alone. So when a thread loads a value and then stores
    /// one, as our owners do, loom forgets who else had loaded it, and never tries that load after that store. A
    /// change of the gate goes before each use: changes are never forgotten. It is relaxed, so it orders nothing.
    #[derive(Debug, Default)]
    pub(crate) struct Gated<T> {
        atomic: T,
        gate: atomic::AtomicU8,
    }

    impl<T> Gated<T> {
        pub(crate) fn new<V>(value: V) -> Self
        where
            T: From<V>,
        {
            Self { atomic: T::from(value), gate: atomic::AtomicU8::new(0) }
        }
    }

    impl<T> Deref for Gated<T> {
        type Target = T;

        fn deref(&self) -> &T {
            self.gate.fetch_add(0, Ordering::Relaxed);
            &self.atomic
        }
    }
}
