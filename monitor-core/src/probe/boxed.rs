//! Functions that return a future or a stream in a box: what is timed is what is in the box.

use std::future::Future;
use std::pin::Pin;

use futures_core::Stream;

use crate::dispatch::Around;
use crate::dispatch::Callsite;
use crate::dispatch::Nest;
use crate::probe::Classify;
use crate::probe::Ended;
use crate::probe::Monitored;
use crate::probe::MonitoredStream;
use crate::probe::construction::construct;
use crate::probe::setup::Prepared;
use crate::probe::strategy::Fallible;
use crate::probe::strategy::FallibleTyped;
use crate::probe::strategy::Observed;
use crate::probe::strategy::Plain;
use crate::probe::stream;

/// The result is a future or a stream in a box; `C` looks at what the future gives.
#[derive(Clone, Copy, Debug)]
pub struct Boxed<C = Plain>(pub(crate) C);

/// The result is a future in a box that gives a `Result`.
pub type BoxedFallible = Boxed<Fallible>;

/// The result is a stream in a box.
pub type BoxedStream = Boxed<Items>;

/// Items come one after the other; there is no result to look at.
#[derive(Clone, Copy, Debug)]
pub struct Items;

impl<C> Boxed<C> {
    /// Runs the body, and wraps what is in the box that it returns.
    #[inline]
    pub fn call<B: Rebox<C>>(
        self,
        site: &'static Callsite,
        setup: impl Lasting,
        body: impl FnOnce() -> B,
    ) -> B {
        let (boxed, setup) = construct(site, setup, body);
        if site.may_be_on() { boxed.rebox(site, setup, self.0) } else { boxed }
    }

    /// An `async fn` that returns a box: the call ends when it is returned.
    #[inline]
    pub fn future<F, P>(self, site: &'static Callsite, setup: P, future: F) -> Monitored<F, Plain, P> {
        Monitored::new(site, setup, future, Plain)
    }

    /// Makes a future that gives a box: the call ends when it is given.
    #[inline]
    pub fn make<F, P: Prepared>(
        self,
        site: &'static Callsite,
        setup: P,
        body: impl FnOnce() -> F,
    ) -> Monitored<F, Plain, P> {
        Plain.make(site, setup, body)
    }

    /// Looks at what the future gives as well.
    #[inline]
    pub fn observe<R, L: FnOnce(&mut Ended, &R)>(self, look: L) -> Boxed<Observed<C, L>>
    where
        C: Concludes,
    {
        Boxed(Observed { strategy: self.0, look })
    }

    /// Looks at the box that an `async fn` returns: that is the call's result.
    #[inline]
    pub fn observe_output<R, L: FnOnce(&mut Ended, &R)>(self, look: L) -> Observed<Plain, L> {
        Observed { strategy: Plain, look }
    }
}

/// The execution of what is in a box ends with a result.
#[diagnostic::on_unimplemented(
    message = "this option needs a result, but a stream gives items",
    label = "there is no result to look at",
    note = "the function returns a stream in a box; leave the option out"
)]
pub trait Concludes {}

impl Concludes for Fallible {}
impl Concludes for FallibleTyped {}
impl Concludes for Plain {}

/// A setup that may wait in a box.
pub trait Lasting: Prepared + Send + Sync + 'static {}

impl<P: Prepared + Send + Sync + 'static> Lasting for P {}

/// A future or a stream in a box that fits in a box of the same type again.
#[diagnostic::on_unimplemented(message = "what this box gives cannot be looked at in this way")]
pub trait Rebox<C>: Sized {
    /// Wraps it, so that its execution is the call, or the reading of it.
    fn rebox<P: Lasting>(self, site: &'static Callsite, setup: P, classify: C) -> Self;
}

impl<C, P> Around for Monitored<(), C, P> {
    type Of<I> = Monitored<I, C, P>;
}

impl<P> Around for MonitoredStream<(), P> {
    type Of<I> = MonitoredStream<I, P>;
}

/// The same for each set of auto traits that what is in the box may have. Of `T` nothing is asked, for those who
/// return such a box need not know anything of it.
macro_rules! rebox {
    ($($auto:ident)*) => {
        impl<'a, T, C> Rebox<C> for Pin<Box<dyn Future<Output = T> $(+ $auto)* + 'a>>
        where
            C: Classify<T> + Copy $(+ $auto)* + 'a,
        {
            #[inline(never)]
            fn rebox<P: Lasting>(self, site: &'static Callsite, setup: P, classify: C) -> Self {
                Nest::<Monitored<(), C, P>>::nest(self, |boxed| Monitored::new(site, setup, boxed, classify))
            }
        }

        // Whether anything can be looked at, `Concludes` has said already.
        impl<T, C> Rebox<C> for Pin<Box<dyn Stream<Item = T> $(+ $auto)* + '_>> {
            #[inline(never)]
            fn rebox<P: Lasting>(self, site: &'static Callsite, setup: P, _: C) -> Self {
                Nest::<MonitoredStream<(), P>>::nest(self, |boxed| stream(site, setup, boxed))
            }
        }
    };
}

rebox!();
rebox!(Send);
rebox!(Send Sync);
