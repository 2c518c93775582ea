//! How a call's outcome is told from the type that it returns.
//!
//! Generated code names the written return type once, `(&&&&Shape::<R>::NEW).shape()`, and gets the strategy that
//! suits it. Where several do, the one behind more references is found first, as method calls look there first.
//! Nothing is asked of `R`: no bound on the error, none on the future's output.

use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;

use futures_core::Stream;

use crate::model::ErrorType;
use crate::probe::boxed::Boxed;
use crate::probe::boxed::BoxedFallible;
use crate::probe::boxed::BoxedStream;
use crate::probe::boxed::Items;
use crate::probe::strategy::Fallible;
use crate::probe::strategy::FallibleTyped;
use crate::probe::strategy::Plain;

/// A written return type, as a value.
#[derive(Clone, Copy, Debug)]
pub struct Shape<R>(PhantomData<fn() -> R>);

impl<R> Shape<R> {
    /// The only value.
    pub const NEW: Self = Shape(PhantomData);
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
                Boxed(Items)
            }
        }
    };
}

boxed!();
boxed!(Send);
boxed!(Send Sync);
