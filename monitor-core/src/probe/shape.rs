//! How a call's outcome is told from the type that it returns.
//!
//! Generated code names the written return type once, `(&&&&Shape::<R>::NEW).shape()`, and gets the strategy that
//! suits it. Where several do, the one behind more references is found first, as method calls look there first.
//! Nothing is asked of `R`: no bound on the error, none on the future's output.

use std::any::type_name;
use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;

use futures_core::Stream;

use crate::dispatch::Callsite;
use crate::model::ErrorType;
use crate::model::Outcome;
use crate::probe::Classify;
use crate::probe::Ended;
use crate::probe::Monitored;
use crate::probe::call::run;
use crate::probe::setup::Prepared;
use crate::probe::stream;

/// A written return type, as a value.
#[derive(Clone, Copy, Debug)]
pub struct Shape<R>(PhantomData<fn() -> R>);

impl<R> Shape<R> {
    /// The only value.
    pub const NEW: Self = Shape(PhantomData);
}

/// Every result is well.
#[derive(Clone, Copy, Debug)]
pub struct Plain;

/// `Err` is an error, named after its type.
#[derive(Clone, Copy, Debug)]
pub struct Fallible;

/// `Err` is an error that has a name for its kind.
#[derive(Clone, Copy, Debug)]
pub struct FallibleTyped;

/// The result is a future in a box; `C` looks at what that future gives.
#[derive(Clone, Copy, Debug)]
pub struct Boxed<C = Plain>(C);

/// The result is a future in a box that gives a `Result`.
pub type BoxedFallible = Boxed<Fallible>;

/// The result is a stream in a box.
#[derive(Clone, Copy, Debug)]
pub struct BoxedStream;

/// A strategy, and a look at the result after it.
#[derive(Clone, Copy, Debug)]
pub struct Observed<S, C> {
    strategy: S,
    look: C,
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
}

impl<T, E: ErrorType> Classify<Result<T, E>> for FallibleTyped {
    #[inline(always)]
    fn classify(self, result: &Result<T, E>) -> Ended {
        match result {
            Ok(_) => Ended::new(Outcome::Ok),
            Err(error) => Ended::error(error.error_type()),
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

            /// Looks at the result as well, where the callsite is on.
            #[inline]
            pub fn observe<R, L: FnOnce(&mut Ended, &R)>(self, look: L) -> Observed<Self, L> {
                Observed { strategy: self, look }
            }
        }
    };
}

direct!([] Plain);
direct!([] Fallible);
direct!([] FallibleTyped);
direct!([S, C] Observed<S, C>);

impl<C> Boxed<C> {
    /// Runs the body, and wraps the future that it returns.
    #[inline]
    pub fn call<B: Rebox<C>>(
        self,
        site: &'static Callsite,
        setup: impl Lasting,
        body: impl FnOnce() -> B,
    ) -> B {
        let boxed = body();
        if site.may_be_on() { boxed.rebox(site, setup, self.0) } else { boxed }
    }

    /// An `async fn` that returns a boxed future: the call ends when it is returned.
    #[inline]
    pub fn future<F, P>(self, site: &'static Callsite, setup: P, future: F) -> Monitored<F, Plain, P> {
        Monitored::new(site, setup, future, Plain)
    }

    /// Looks at what the future gives as well.
    #[inline]
    pub fn observe<R, L: FnOnce(&mut Ended, &R)>(self, look: L) -> Boxed<Observed<C, L>> {
        Boxed(Observed { strategy: self.0, look })
    }
}

impl BoxedStream {
    /// Runs the body, and wraps the stream that it returns.
    #[inline]
    pub fn call<B: ReboxStream>(
        self,
        site: &'static Callsite,
        setup: impl Lasting,
        body: impl FnOnce() -> B,
    ) -> B {
        let boxed = body();
        if site.may_be_on() { boxed.rebox(site, setup) } else { boxed }
    }

    /// An `async fn` that returns a boxed stream: the call ends when it is returned.
    #[inline]
    pub fn future<F, P>(self, site: &'static Callsite, setup: P, future: F) -> Monitored<F, Plain, P> {
        Monitored::new(site, setup, future, Plain)
    }
}

/// A setup that may wait in a box.
pub trait Lasting: Prepared + Send + Sync + 'static {}

impl<P: Prepared + Send + Sync + 'static> Lasting for P {}

/// A future in a box that fits in a box of the same type again.
#[diagnostic::on_unimplemented(message = "the result of this boxed future cannot be looked at in this way")]
pub trait Rebox<C>: Sized {
    /// Wraps it, so that its execution is the call.
    fn rebox(self, site: &'static Callsite, setup: impl Lasting, classify: C) -> Self;
}

/// A stream in a box that fits in a box of the same type again.
pub trait ReboxStream: Sized {
    /// Wraps it, so that reading it is the call.
    fn rebox(self, site: &'static Callsite, setup: impl Lasting) -> Self;
}

/// A `Result` whose error has a name for its kind, or a future of one.
pub trait ViaError {
    /// The strategy for it.
    type Strategy;

    /// Gives the strategy.
    fn shape(&self) -> Self::Strategy;
}

/// A `Result`, or a future of one.
pub trait ViaResult {
    /// The strategy for it.
    type Strategy;

    /// Gives the strategy.
    fn shape(&self) -> Self::Strategy;
}

/// Any other future or stream in a box.
pub trait ViaFuture {
    /// The strategy for it.
    type Strategy;

    /// Gives the strategy.
    fn shape(&self) -> Self::Strategy;
}

/// Everything else.
pub trait ViaAny {
    /// Gives the strategy.
    fn shape(&self) -> Plain;
}

impl<R> ViaAny for Shape<R> {
    #[inline]
    fn shape(&self) -> Plain {
        Plain
    }
}

impl<T, E> ViaResult for &&Shape<Result<T, E>> {
    type Strategy = Fallible;

    #[inline]
    fn shape(&self) -> Fallible {
        Fallible
    }
}

impl<T, E: ErrorType> ViaError for &&&Shape<Result<T, E>> {
    type Strategy = FallibleTyped;

    #[inline]
    fn shape(&self) -> FallibleTyped {
        FallibleTyped
    }
}

/// The same for each set of auto traits that a boxed future or stream may have.
macro_rules! boxed {
    ($($auto:ident)*) => {
        impl<'a, T, C> Rebox<C> for Pin<Box<dyn Future<Output = T> $(+ $auto)* + 'a>>
        where
            T: 'a,
            C: Classify<T> + Copy $(+ $auto)* + 'a,
        {
            fn rebox(self, site: &'static Callsite, setup: impl Lasting, classify: C) -> Self {
                Box::pin(Monitored::new(site, setup, self, classify))
            }
        }

        impl<'a, T: 'a> ReboxStream for Pin<Box<dyn Stream<Item = T> $(+ $auto)* + 'a>> {
            fn rebox(self, site: &'static Callsite, setup: impl Lasting) -> Self {
                Box::pin(stream(site, setup, self))
            }
        }

        impl<T, E: ErrorType> ViaError for &&&Shape<Pin<Box<dyn Future<Output = Result<T, E>> $(+ $auto)* + '_>>> {
            type Strategy = Boxed<FallibleTyped>;

            #[inline]
            fn shape(&self) -> Self::Strategy {
                Boxed(FallibleTyped)
            }
        }

        impl<T, E> ViaResult for &&Shape<Pin<Box<dyn Future<Output = Result<T, E>> $(+ $auto)* + '_>>> {
            type Strategy = BoxedFallible;

            #[inline]
            fn shape(&self) -> Self::Strategy {
                Boxed(Fallible)
            }
        }

        impl<T> ViaFuture for &Shape<Pin<Box<dyn Future<Output = T> $(+ $auto)* + '_>>> {
            type Strategy = Boxed;

            #[inline]
            fn shape(&self) -> Self::Strategy {
                Boxed(Plain)
            }
        }

        impl<T> ViaFuture for &Shape<Pin<Box<dyn Stream<Item = T> $(+ $auto)* + '_>>> {
            type Strategy = BoxedStream;

            #[inline]
            fn shape(&self) -> Self::Strategy {
                BoxedStream
            }
        }
    };
}

boxed!();
boxed!(Send);
boxed!(Send Sync);
