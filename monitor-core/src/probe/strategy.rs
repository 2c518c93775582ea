//! How an outcome is told from a result of a known kind.

use std::any::type_name;

use crate::dispatch::Callsite;
use crate::model::ErrorType;
use crate::model::Head;
use crate::model::Outcome;
use crate::probe::Classify;
use crate::probe::Ended;
use crate::probe::Monitored;
use crate::probe::call::run;
use crate::probe::construction::construct;
use crate::probe::ended::ending_with;
use crate::probe::setup::Prepared;

/// Every result is well.
#[derive(Clone, Copy, Debug)]
pub struct Plain;

/// `Err` is an error, named after its type.
#[derive(Clone, Copy, Debug)]
pub struct Fallible;

/// `Err` is an error that has a name for its kind.
#[derive(Clone, Copy, Debug)]
pub struct FallibleTyped;

/// A strategy, and a look at the result after it.
#[derive(Clone, Copy, Debug)]
pub struct Observed<S, C> {
    pub(crate) strategy: S,
    pub(crate) look: C,
}

impl<R> Classify<R> for Plain {
    #[inline(always)]
    fn classify(self, _: &R) -> Ended {
        Ended::new(Outcome::Ok)
    }
}

impl<T, E> Classify<Result<T, E>> for Fallible {
    #[inline(always)]
    fn classify(self, result: &Result<T, E>) -> Ended {
        match result {
            Ok(_) => Ended::new(Outcome::Ok),
            Err(_) => Ended::error(type_name::<E>()),
        }
    }

    #[inline(always)]
    #[expect(private_interfaces, reason = "only this crate implements it")]
    fn ending(self, result: &Result<T, E>) -> Head {
        match result {
            Ok(_) => Head::ending_of(Outcome::Ok, 0),
            Err(_) => ending_with(type_name::<E>()),
        }
    }
}

impl<T, E: ErrorType> Classify<Result<T, E>> for FallibleTyped {
    #[inline(always)]
    fn classify(self, result: &Result<T, E>) -> Ended {
        match result {
            Ok(_) => Ended::new(Outcome::Ok),
            Err(error) => Ended::error(error.error_type()),
        }
    }

    #[inline(always)]
    #[expect(private_interfaces, reason = "only this crate implements it")]
    fn ending(self, result: &Result<T, E>) -> Head {
        match result {
            Ok(_) => Head::ending_of(Outcome::Ok, 0),
            Err(error) => ending_with(error.error_type()),
        }
    }
}

impl<R, S: Classify<R>, L: FnOnce(&mut Ended, &R)> Classify<R> for Observed<S, L> {
    const OBSERVES: bool = true;

    #[inline]
    fn classify(self, result: &R) -> Ended {
        let mut ended = self.strategy.classify(result);
        ended.observe(|ended| (self.look)(ended, result));
        ended
    }
}

/// What generated code calls on a strategy that looks at the result itself.
macro_rules! direct {
    ([$($parameter:ident),*] $strategy:ty) => {
        impl<$($parameter),*> $strategy {
            /// Runs a call.
            #[inline(always)]
            pub fn call<R>(
                self,
                site: &'static Callsite,
                setup: impl Prepared,
                body: impl FnOnce() -> R,
            ) -> R
            where
                Self: Classify<R>,
            {
                run(site, setup, self, body)
            }

            /// Wraps a future, so that its execution is the call.
            #[inline(always)]
            pub fn future<F, P>(self, site: &'static Callsite, setup: P, future: F) -> Monitored<F, Self, P> {
                Monitored::new(site, setup, future, self)
            }

            /// Makes a future, and its execution the call.
            #[inline(always)]
            pub fn make<F, P: Prepared>(
                self,
                site: &'static Callsite,
                setup: P,
                body: impl FnOnce() -> F,
            ) -> Monitored<F, Self, P> {
                let (future, setup) = construct(site, setup, body);
                self.future(site, setup, future)
            }

            /// Looks at the result as well, where the callsite is on.
            #[inline]
            pub fn observe<R, L: FnOnce(&mut Ended, &R)>(self, look: L) -> Observed<Self, L> {
                Observed { strategy: self, look }
            }

            /// The same, where the result is a future's.
            #[inline]
            pub fn observe_output<R, L: FnOnce(&mut Ended, &R)>(self, look: L) -> Observed<Self, L> {
                self.observe(look)
            }
        }
    };
}

direct!([] Plain);
direct!([] Fallible);
direct!([] FallibleTyped);
direct!([S, C] Observed<S, C>);
