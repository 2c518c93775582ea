//! Runs what may panic, and goes on.

use std::any::Any;
use std::mem;
use std::panic::AssertUnwindSafe;
use std::panic::catch_unwind;

/// What a panic left.
pub(crate) struct Panic {
    payload: Box<dyn Any + Send>,
}

impl Panic {
    /// What it said.
    pub(crate) fn message(&self) -> String {
        let literal = self.payload.downcast_ref::<&str>().map(|text| (*text).to_owned());
        literal
            .or_else(|| self.payload.downcast_ref::<String>().cloned())
            .unwrap_or_else(|| "a panic without a message".to_owned())
    }
}

impl Drop for Panic {
    fn drop(&mut self) {
        let payload = mem::replace(&mut self.payload, Box::new(()));
        // It may panic once more when it is dropped; whoever panics even then is left alone.
        if let Err(again) = catch_unwind(AssertUnwindSafe(move || drop(payload))) {
            mem::forget(again);
        }
    }
}

/// Runs code of the user whose panic must go no further.
pub(crate) fn caught<R>(body: impl FnOnce() -> R) -> Result<R, Panic> {
    catch_unwind(AssertUnwindSafe(body)).map_err(|payload| Panic { payload })
}

#[cfg(test)]
mod tests {
    use std::panic::panic_any;

    use super::*;

    struct Bomb;

    impl Drop for Bomb {
        fn drop(&mut self) {
            panic_any(Bomb);
        }
    }

    #[track_caller]
    fn check(body: impl FnOnce(), said: &str) {
        assert_eq!(caught(body).map_err(|panic| panic.message()), Err(said.to_owned()));
    }

    #[test]
    fn a_panic_goes_no_further_and_tells_what_it_said() {
        check(|| panic!("literal"), "literal");
        check(|| panic!("{}", 7), "7");
        check(|| panic_any(7), "a panic without a message");
        assert_eq!(caught(|| 7).ok(), Some(7));
    }

    #[test]
    fn f06_a_payload_that_panics_goes_no_further_either() {
        check(|| panic_any(Bomb), "a panic without a message");
    }
}
