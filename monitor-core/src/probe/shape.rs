//! How a call's outcome is told from the type that it returns.
//!
//! Generated code names the written return type once, `Shape::<R>::NEW.shape()`, and gets the strategy that suits
//! it: a method call looks at the type itself first, then at what that dereferences to, and so on to the one that
//! suits every type. No trait need be in scope for it, which the compiler would look through for each function.
//! Nothing is asked of `R`: no bound on the error, none on the future's output.

use std::future::Future;
use std::marker::PhantomData;
use std::ops::Deref;
use std::pin::Pin;

use futures_core::Stream;

use crate::model::ErrorType;
use crate::probe::Ended;
use crate::probe::boxed::Boxed;
use crate::probe::boxed::BoxedFallible;
use crate::probe::boxed::BoxedStream;
use crate::probe::boxed::Items;
use crate::probe::strategy::Fallible;
use crate::probe::strategy::FallibleTyped;
use crate::probe::strategy::Plain;

/// A written return type, as a value. Has a strategy for a `Result` whose error has a name for its kind, and for a
/// future of one.
#[derive(Debug)]
pub struct Shape<R>(PhantomData<fn() -> R>);

/// Has a strategy for any other `Result`, and for a future of one.
#[derive(Debug)]
pub struct NoNamedError<R>(PhantomData<fn() -> R>);

/// Has a strategy for any other future or stream in a box.
#[derive(Debug)]
pub struct NoResult<R>(PhantomData<fn() -> R>);

/// Has a strategy for everything else.
#[derive(Debug)]
pub struct NoBox<R>(PhantomData<fn() -> R>);

impl<R> Shape<R> {
    /// The only value.
    pub const NEW: Self = Shape(PhantomData);
}

impl<R> Deref for Shape<R> {
    type Target = NoNamedError<R>;

    #[inline]
    fn deref(&self) -> &NoNamedError<R> {
        &NoNamedError(PhantomData)
    }
}

impl<R> Deref for NoNamedError<R> {
    type Target = NoResult<R>;

    #[inline]
    fn deref(&self) -> &NoResult<R> {
        &NoResult(PhantomData)
    }
}

impl<R> Deref for NoResult<R> {
    type Target = NoBox<R>;

    #[inline]
    fn deref(&self) -> &NoBox<R> {
        &NoBox(PhantomData)
    }
}

impl<R: OfNamedError> Shape<R> {
    /// Gives the strategy.
    #[inline(always)]
    pub fn shape(&self) -> R::Strategy {
        R::STRATEGY
    }

    /// Gives a look at the result, of which the compiler knows the type from here.
    #[inline(always)]
    pub fn look<L: FnOnce(&mut Ended, &R::Result)>(&self, look: L) -> L {
        look
    }
}

impl<R: OfResult> NoNamedError<R> {
    /// Gives the strategy.
    #[inline(always)]
    pub fn shape(&self) -> R::Strategy {
        R::STRATEGY
    }

    /// Gives a look at the result, of which the compiler knows the type from here.
    #[inline(always)]
    pub fn look<L: FnOnce(&mut Ended, &R::Result)>(&self, look: L) -> L {
        look
    }
}

impl<R: OfBox> NoResult<R> {
    /// Gives the strategy.
    #[inline(always)]
    pub fn shape(&self) -> R::Strategy {
        R::STRATEGY
    }

    /// Gives a look at the result, of which the compiler knows the type from here.
    #[inline(always)]
    pub fn look<L: FnOnce(&mut Ended, &R::Result)>(&self, look: L) -> L {
        look
    }
}

impl<R> NoBox<R> {
    /// Gives the strategy.
    #[inline(always)]
    pub fn shape(&self) -> Plain {
        Plain
    }

    /// Gives a look at the result, of which the compiler knows the type from here.
    #[inline(always)]
    pub fn look<L: FnOnce(&mut Ended, &R)>(&self, look: L) -> L {
        look
    }
}

/// A `Result` whose error has a name for its kind, or a future of one.
pub trait OfNamedError {
    /// The type of the strategy.
    type Strategy;

    /// The type of the call's result.
    type Result;

    /// The strategy for it.
    const STRATEGY: Self::Strategy;
}

/// A `Result`, or a future of one.
pub trait OfResult {
    /// The type of the strategy.
    type Strategy;

    /// The type of the call's result.
    type Result;

    /// The strategy for it.
    const STRATEGY: Self::Strategy;
}

/// A future or a stream in a box.
pub trait OfBox {
    /// The type of the strategy.
    type Strategy;

    /// The type of the call's result.
    type Result;

    /// The strategy for it.
    const STRATEGY: Self::Strategy;
}

impl<T, E: ErrorType> OfNamedError for Result<T, E> {
    type Strategy = FallibleTyped;
    type Result = Result<T, E>;

    const STRATEGY: FallibleTyped = FallibleTyped;
}

impl<T, E> OfResult for Result<T, E> {
    type Strategy = Fallible;
    type Result = Result<T, E>;

    const STRATEGY: Fallible = Fallible;
}

/// The same for each set of auto traits that a boxed future or stream may have.
macro_rules! boxed {
    ($($auto:ident)*) => {
        impl<T, E: ErrorType> OfNamedError for Pin<Box<dyn Future<Output = Result<T, E>> $(+ $auto)* + '_>> {
            type Strategy = Boxed<FallibleTyped>;
            type Result = Result<T, E>;

            const STRATEGY: Self::Strategy = Boxed(FallibleTyped);
        }

        impl<T, E> OfResult for Pin<Box<dyn Future<Output = Result<T, E>> $(+ $auto)* + '_>> {
            type Strategy = BoxedFallible;
            type Result = Result<T, E>;

            const STRATEGY: Self::Strategy = Boxed(Fallible);
        }

        impl<T> OfBox for Pin<Box<dyn Future<Output = T> $(+ $auto)* + '_>> {
            type Strategy = Boxed;
            type Result = T;

            const STRATEGY: Self::Strategy = Boxed(Plain);
        }

        impl<T> OfBox for Pin<Box<dyn Stream<Item = T> $(+ $auto)* + '_>> {
            type Strategy = BoxedStream;
            type Result = T;

            const STRATEGY: Self::Strategy = Boxed(Items);
        }
    };
}

boxed!();
boxed!(Send);
boxed!(Send Sync);
