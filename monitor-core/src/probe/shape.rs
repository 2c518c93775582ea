//! Which strategy a return type calls for, told by the type alone.
//!
//! Generated code asks `(&&&&Shape::<Ret>::NEW).shape()`. The traits below are implemented for a falling number
//! of references, so method resolution takes the most specific one that fits: aliases and associated types are
//! seen through, and no bound is put on anything.

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

/// A return type, to be asked for its strategy.
#[derive(Debug)]
pub struct Shape<R: ?Sized>(PhantomData<fn() -> PhantomData<R>>);

impl<R: ?Sized> Shape<R> {
    /// The question.
    pub const NEW: Self = Self(PhantomData);
}

type BoxedFuture<'a, T> = Pin<Box<dyn Future<Output = T> + 'a>>;
type BoxedSendFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;
type BoxedSyncFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + Sync + 'a>>;
type BoxedStreamOf<'a, T> = Pin<Box<dyn Stream<Item = T> + 'a>>;
type BoxedSendStream<'a, T> = Pin<Box<dyn Stream<Item = T> + Send + 'a>>;

/// The most specific question: a result whose error tells its own kind.
pub trait ViaError {
    /// The strategy.
    type Shape;
    /// Gives the strategy.
    fn shape(&self) -> Self::Shape;
}

/// The next question: a result, or a boxed future of one.
pub trait ViaResult {
    /// The strategy.
    type Shape;
    /// Gives the strategy.
    fn shape(&self) -> Self::Shape;
}

/// The next question: a boxed future or stream.
pub trait ViaFuture {
    /// The strategy.
    type Shape;
    /// Gives the strategy.
    fn shape(&self) -> Self::Shape;
}

/// The last question: anything.
pub trait ViaAny {
    /// The strategy.
    type Shape;
    /// Gives the strategy.
    fn shape(&self) -> Self::Shape;
}

impl<T, E: ErrorType> ViaError for &&&Shape<Result<T, E>> {
    type Shape = FallibleTyped;

    #[inline(always)]
    fn shape(&self) -> FallibleTyped {
        FallibleTyped
    }
}

macro_rules! via_result {
    ($([$($generics:tt)*] $asked:ty => $strategy:ident;)*) => {$(
        impl<$($generics)*> ViaResult for &&Shape<$asked> {
            type Shape = $strategy;

            #[inline(always)]
            fn shape(&self) -> $strategy {
                $strategy
            }
        }
    )*};
}

macro_rules! via_future {
    ($([$($generics:tt)*] $asked:ty => $strategy:ident;)*) => {$(
        impl<$($generics)*> ViaFuture for &Shape<$asked> {
            type Shape = $strategy;

            #[inline(always)]
            fn shape(&self) -> $strategy {
                $strategy
            }
        }
    )*};
}

via_result! {
    [T, E] Result<T, E> => Fallible;
    ['a, T, E] BoxedFuture<'a, Result<T, E>> => BoxedFallible;
    ['a, T, E] BoxedSendFuture<'a, Result<T, E>> => BoxedFallible;
    ['a, T, E] BoxedSyncFuture<'a, Result<T, E>> => BoxedFallible;
}

via_future! {
    ['a, T] BoxedFuture<'a, T> => Boxed;
    ['a, T] BoxedSendFuture<'a, T> => Boxed;
    ['a, T] BoxedSyncFuture<'a, T> => Boxed;
    ['a, T] BoxedStreamOf<'a, T> => BoxedStream;
    ['a, T] BoxedSendStream<'a, T> => BoxedStream;
}

impl<R: ?Sized> ViaAny for Shape<R> {
    type Shape = Plain;

    #[inline(always)]
    fn shape(&self) -> Plain {
        Plain
    }
}

/// A result that says nothing of how the call ended.
#[derive(Clone, Copy, Debug)]
pub struct Plain;

/// A `Result`: an error's kind is the name of its type.
#[derive(Clone, Copy, Debug)]
pub struct Fallible;

/// A `Result` whose error tells its own kind.
#[derive(Clone, Copy, Debug)]
pub struct FallibleTyped;

/// A boxed future of anything.
#[derive(Clone, Copy, Debug)]
pub struct Boxed;

/// A boxed future of a `Result`.
#[derive(Clone, Copy, Debug)]
pub struct BoxedFallible;

/// A boxed stream.
#[derive(Clone, Copy, Debug)]
pub struct BoxedStream;

/// A strategy with a look at the result of one's own.
#[derive(Clone, Copy, Debug)]
pub struct Observed<S, O>(S, O);

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

impl<R, S: Classify<R>, O: FnOnce(&mut Ended, &R)> Classify<R> for Observed<S, O> {
    const OBSERVES: bool = true;

    #[inline]
    fn classify(self, result: &R) -> Ended {
        let mut ended = self.0.classify(result);
        ended.observe(|ended| (self.1)(ended, result));
        ended
    }
}

macro_rules! strategies {
    ($($strategy:ident)*) => {$(
        impl $strategy {
            /// Runs `body` as one call.
            #[inline(always)]
            pub fn call<R>(self, callsite: &'static Callsite, setup: impl Prepared, body: impl FnOnce() -> R) -> R
            where
                Self: Classify<R>,
            {
                run(callsite, setup, self, body)
            }

            /// Makes the execution of `future` one call.
            #[inline(always)]
            pub fn future<F: Future, P: Prepared>(self, callsite: &'static Callsite, setup: P, future: F) -> Monitored<F, Self, P>
            where
                Self: Classify<F::Output>,
            {
                Monitored::new(callsite, setup, future, self)
            }

            /// Adds a look at the result, taken only when the call is recorded.
            #[inline(always)]
            pub fn observe<R, O: FnOnce(&mut Ended, &R)>(self, observer: O) -> Observed<Self, O> {
                Observed(self, observer)
            }
        }
    )*};
}

strategies!(Plain Fallible FallibleTyped);

impl<S, O> Observed<S, O> {
    /// Runs `body` as one call.
    #[inline(always)]
    pub fn call<R>(self, callsite: &'static Callsite, setup: impl Prepared, body: impl FnOnce() -> R) -> R
    where
        Self: Classify<R>,
    {
        run(callsite, setup, self, body)
    }

    /// Makes the execution of `future` one call.
    #[inline(always)]
    pub fn future<F: Future, P: Prepared>(
        self,
        callsite: &'static Callsite,
        setup: P,
        future: F,
    ) -> Monitored<F, Self, P>
    where
        Self: Classify<F::Output>,
    {
        Monitored::new(callsite, setup, future, self)
    }
}

/// A boxed future or stream that can be boxed again around its own execution.
pub trait Rebox<S>: Sized {
    /// Boxes it again.
    fn rebox(
        self,
        callsite: &'static Callsite,
        setup: impl Prepared + Send + Sync + 'static,
        strategy: S,
    ) -> Self;
}

macro_rules! rebox_futures {
    ($($boxed:ident)*) => {$(
        impl<'a, T: 'a, C: Classify<T> + Copy + Send + Sync + 'a> Rebox<C> for $boxed<'a, T> {
            fn rebox(self, callsite: &'static Callsite, setup: impl Prepared + Send + Sync + 'static, classify: C) -> Self {
                Box::pin(Monitored::new(callsite, setup, self, classify))
            }
        }
    )*};
}

rebox_futures!(BoxedFuture BoxedSendFuture BoxedSyncFuture);

macro_rules! rebox_streams {
    ($($boxed:ident)*) => {$(
        impl<'a, T: 'a> Rebox<BoxedStream> for $boxed<'a, T> {
            fn rebox(self, callsite: &'static Callsite, setup: impl Prepared + Send + Sync + 'static, _: BoxedStream) -> Self {
                Box::pin(stream(callsite, setup, self))
            }
        }
    )*};
}

rebox_streams!(BoxedStreamOf BoxedSendStream);

macro_rules! boxed_strategies {
    ($($strategy:ident via $classify:ident;)*) => {$(
        impl $strategy {
            /// Runs `body` and makes the execution of what it returns one call. Off, the box stays as it is.
            #[inline]
            pub fn call<R: Rebox<$classify>>(
                self,
                callsite: &'static Callsite,
                setup: impl Prepared + Send + Sync + 'static,
                body: impl FnOnce() -> R,
            ) -> R {
                let boxed = body();
                if callsite.may_be_on() { boxed.rebox(callsite, setup, $classify) } else { boxed }
            }

            /// Makes the execution of `future` one call; what it gives is not looked into.
            #[inline(always)]
            pub fn future<F: Future, P: Prepared>(self, callsite: &'static Callsite, setup: P, future: F) -> Monitored<F, Plain, P> {
                Monitored::new(callsite, setup, future, Plain)
            }
        }
    )*};
}

boxed_strategies! {
    Boxed via Plain;
    BoxedFallible via Fallible;
    BoxedStream via BoxedStream;
}
