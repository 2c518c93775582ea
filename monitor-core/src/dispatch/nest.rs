//! A box of the same type around what is in a box.
//!
//! `Pin<Box<dyn Future<Output = T> + 'a>>` is a type also where the compiler does not know that `T` outlives `'a`,
//! and those who hand us such a box need not have promised it. To put the box into another one of its type the
//! compiler asks for it, though: it takes what a box gives for a part of what is in it. So it is told otherwise here,
//! and has to see for itself all that this rests on.

use std::future::Future;
use std::mem;
use std::pin::Pin;

use futures_core::Stream;

/// What is put around something, known by what it is around.
pub(crate) trait Around {
    /// It around `I`. As nothing is known of `I`, this consists of `I` and of the same parts whatever `I` is.
    type Of<I>;
}

/// A box that fits in a box of its own type.
pub(crate) trait Nest<W: Around>: Sized {
    /// Boxes it again, with what `around` puts around it in between.
    fn nest(self, around: impl FnOnce(Self) -> W::Of<Self>) -> Self;
}

/// What is boxed, with each set of auto traits that it may have.
macro_rules! nest {
    ($($trait:ident<$output:ident> $($auto:ident)*;)*) => {$(
        impl<'a, T, W> Nest<W> for Pin<Box<dyn $trait<$output = T> $(+ $auto)* + 'a>>
        where
            W: Around,
            W::Of<Self>: $trait<$output = T> $(+ $auto)*,
            // All parts but the box itself.
            W::Of<()>: 'a,
        {
            fn nest(self, around: impl FnOnce(Self) -> W::Of<Self>) -> Self {
                let boxed: Pin<Box<dyn $trait<$output = T> $(+ $auto)* + '_>> = Box::pin(around(self));
                // SAFETY: the two types differ in one lifetime, so pointer and table are the same. The lifetime
                // promises that what is in the box may be kept and dropped for `'a`, also after all else that the
                // type names is gone, as in a `Box<dyn Send + 'a>` made of this one. What is in it are the parts of
                // `W::Of<()>`, which outlive `'a` by the bound above, and `self`, a box that has that promise
                // already. A `T` is in neither of them: `W::Of` does not know it. Whoever polls the box names `T`,
                // so that it is alive then.
                unsafe { mem::transmute::<Pin<Box<dyn $trait<$output = T> $(+ $auto)* + '_>>, Self>(boxed) }
            }
        }
    )*};
}

nest! {
    Future<Output>;
    Future<Output> Send;
    Future<Output> Send Sync;
    Stream<Item>;
    Stream<Item> Send;
    Stream<Item> Send Sync;
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;
    use std::future::ready;
    use std::sync::Arc;
    use std::sync::atomic::AtomicU32;
    use std::sync::atomic::Ordering;
    use std::task::Context;
    use std::task::Poll;
    use std::task::Waker;

    use super::*;

    /// Counts on the heap how often it was polled, and that it was dropped.
    struct Counting<I> {
        inner: I,
        count: Box<u32>,
        dropped: Arc<AtomicU32>,
    }

    impl Around for Counting<()> {
        type Of<I> = Counting<I>;
    }

    impl<I> Drop for Counting<I> {
        fn drop(&mut self) {
            self.dropped.fetch_add(*self.count, Ordering::Relaxed);
        }
    }

    impl<I: Future + Unpin> Future for Counting<I> {
        type Output = I::Output;

        fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<I::Output> {
            *self.count += 1;
            Pin::new(&mut self.inner).poll(context)
        }
    }

    impl<I: Stream + Unpin> Stream for Counting<I> {
        type Item = I::Item;

        fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<I::Item>> {
            *self.count += 1;
            Pin::new(&mut self.inner).poll_next(context)
        }
    }

    /// Gives its value again and again.
    struct Same<T>(T);

    impl<T: Copy + Unpin> Stream for Same<T> {
        type Item = T;

        fn poll_next(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<T>> {
            Poll::Ready(Some(self.0))
        }
    }

    fn nested<N: Nest<Counting<()>>>(inner: N, dropped: &Arc<AtomicU32>) -> N {
        inner.nest(|inner| Counting { inner, count: Box::new(0), dropped: Arc::clone(dropped) })
    }

    fn polled<F: Future + Unpin>(future: &mut F) -> Poll<F::Output> {
        Pin::new(future).poll(&mut Context::from_waker(Waker::noop()))
    }

    #[track_caller]
    fn check_future<'t>(boxed: impl Nest<Counting<()>> + Future<Output = &'t str> + Unpin) {
        let dropped = Arc::default();
        assert_eq!(polled(&mut nested(boxed, &dropped)), Poll::Ready("text"));
        assert_eq!(dropped.load(Ordering::Relaxed), 1);
    }

    #[track_caller]
    fn check_stream<'t>(boxed: impl Nest<Counting<()>> + Stream<Item = &'t str> + Unpin) {
        let dropped = Arc::default();
        let mut stream = nested(boxed, &dropped);
        for _ in 0..2 {
            let item = Pin::new(&mut stream).poll_next(&mut Context::from_waker(Waker::noop()));
            assert_eq!(item, Poll::Ready(Some("text")));
        }
        drop(stream);
        assert_eq!(dropped.load(Ordering::Relaxed), 2);
    }

    /// A box that may be kept for ever, of a result that may not: nobody says that `T: 'static`.
    fn lasting<T: Default>() -> Pin<Box<dyn Future<Output = T> + Send>> {
        let mut paused = false;
        Box::pin(async move {
            poll_fn(|_| if mem::replace(&mut paused, true) { Poll::Ready(()) } else { Poll::Pending }).await;
            T::default()
        })
    }

    #[test]
    fn every_box_gives_what_it_gave() {
        let text = String::from("text");
        let text = text.as_str();
        check_future(Box::pin(ready(text)) as Pin<Box<dyn Future<Output = &str> + '_>>);
        check_future(Box::pin(ready(text)) as Pin<Box<dyn Future<Output = &str> + Send + '_>>);
        check_future(Box::pin(ready(text)) as Pin<Box<dyn Future<Output = &str> + Send + Sync + '_>>);
        check_stream(Box::pin(Same(text)) as Pin<Box<dyn Stream<Item = &str> + '_>>);
        check_stream(Box::pin(Same(text)) as Pin<Box<dyn Stream<Item = &str> + Send + '_>>);
        check_stream(Box::pin(Same(text)) as Pin<Box<dyn Stream<Item = &str> + Send + Sync + '_>>);
    }

    #[test]
    fn boxes_in_each_other_are_dropped_once() {
        let dropped = Arc::default();
        let mut future = nested(nested(lasting::<u32>(), &dropped), &dropped);
        assert_eq!(polled(&mut future), Poll::Pending);
        assert_eq!(polled(&mut future), Poll::Ready(0));
        drop(future);
        assert_eq!(dropped.load(Ordering::Relaxed), 4);
    }

    #[test]
    fn a_box_is_dropped_after_what_its_result_would_have_borrowed() {
        fn lasting_as(_: &str) -> Pin<Box<dyn Future<Output = &str> + Send>> {
            lasting()
        }
        let (dropped, text) = (Arc::default(), String::from("text"));
        let mut future = nested(lasting_as(&text), &dropped);
        assert_eq!(polled(&mut future), Poll::Pending);
        let kept: Pin<Box<dyn Send>> = future;
        drop(text);
        drop(kept);
        assert_eq!(dropped.load(Ordering::Relaxed), 1);
    }
}
