//! An atomic reference to something that lives for ever.

use std::fmt;
use std::marker::PhantomData;
use std::ptr;
use std::sync::atomic::Ordering;

use crate::model::sync::AtomicPtr;

/// An atomic `Option<&'static T>`.
///
/// Only references that live for ever go in, so what comes out is always valid.
pub(crate) struct StaticRef<T: 'static> {
    pointer: AtomicPtr<T>,
    // The cell gives out `&T` to whoever holds it, so it must not be more shareable than `&T` is.
    shares: PhantomData<&'static T>,
}

impl<T> StaticRef<T> {
    pub(crate) fn empty() -> Self {
        Self { pointer: AtomicPtr::new(ptr::null_mut()), shares: PhantomData }
    }

    #[inline]
    pub(crate) fn load(&self) -> Option<&'static T> {
        let pointer = self.pointer.load(Ordering::Acquire);
        // SAFETY: the pointer is null or came from a `&'static T` in `store`; such a value is never freed and
        // never borrowed mutably.
        unsafe { pointer.as_ref() }
    }

    #[inline]
    pub(crate) fn store(&self, value: Option<&'static T>) {
        let pointer = value.map_or(ptr::null_mut(), |value| ptr::from_ref(value).cast_mut());
        self.pointer.store(pointer, Ordering::Release);
    }
}

impl<T> Default for StaticRef<T> {
    fn default() -> Self {
        Self::empty()
    }
}

impl<T> fmt::Debug for StaticRef<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.load().is_some() { "StaticRef(set)" } else { "StaticRef(empty)" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_stored_is_loaded() {
        let cell = StaticRef::empty();
        assert!(cell.load().is_none());
        cell.store(Some(&7));
        assert_eq!(cell.load(), Some(&7));
        cell.store(None);
        assert!(cell.load().is_none());
    }
}
