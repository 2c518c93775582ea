//! Values of calls that wait, hop and are cancelled.

use std::future::Future;
use std::future::pending;
use std::panic::AssertUnwindSafe;
use std::panic::catch_unwind;
use std::pin::Pin;
use std::pin::pin;
use std::task::Context;
use std::task::Poll;
use std::task::Waker;
use std::thread;

use futures_core::Stream;
use monitor_core::FutureExt;
use monitor_core::Monitor;
use monitor_core::monitored;
use monitor_core::plugin_metric;

use crate::count;
use crate::count_with;

fn poll<F: Future + ?Sized>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

/// Waits once.
async fn pause() {
    let mut paused = false;
    std::future::poll_fn(
        |_| if std::mem::replace(&mut paused, true) { Poll::Ready(()) } else { Poll::Pending },
    )
    .await;
}

#[plugin_metric(counter = "async.begun.{host}", labels(max = 4))]
#[plugin_metric(counter = "async.done.{host}", on = ok, labels(host = host.to_uppercase(), max = 4))]
#[plugin_metric(counter = "async.bytes", value = |Ok(text)| text.len())]
#[plugin_metric(counter = "async.cancelled", on = cancelled, value = host.len())]
#[plugin_metric(counter = "async.panicked", on = panic, value = host.len())]
async fn fetch(host: String) -> Result<String, ()> {
    pause().await;
    assert_ne!(host, "panic");
    if host == "wait" {
        pending::<()>().await;
    }
    Ok(host)
}

#[test]
fn what_is_captured_before_the_call_is_recorded_at_its_end_on_whatever_thread() {
    let monitor = Monitor::builder().build();
    let mut future = Box::pin(fetch("db-1".to_owned()));
    let begun = || count_with(&monitor, "async.begun", &[("host", "db-1")]);
    monitor.scope(|| {
        assert_eq!(begun(), 0, "a future that was never polled is no call");
        assert!(poll(future.as_mut()).is_pending());
        assert_eq!(begun(), 1);
    });
    // On another thread, which records for nobody.
    let done = thread::spawn(move || poll(future.as_mut())).join().unwrap();
    assert_eq!(done, Poll::Ready(Ok("db-1".to_owned())));
    assert_eq!(count_with(&monitor, "async.done", &[("host", "DB-1")]), 1);
    assert_eq!(count(&monitor, "async.bytes"), 4);
    assert_eq!((count(&monitor, "async.cancelled"), count(&monitor, "async.panicked")), (0, 0));
}

#[test]
fn a_cancelled_and_a_panicking_call_record_what_was_known_before() {
    let monitor = Monitor::builder().build();
    monitor.scope(|| {
        let mut waits = Box::pin(fetch("wait".to_owned()));
        assert!(poll(waits.as_mut()).is_pending());
        drop(waits);
        let mut panics = Box::pin(fetch("panic".to_owned()));
        assert!(poll(panics.as_mut()).is_pending());
        assert!(catch_unwind(AssertUnwindSafe(|| poll(panics.as_mut()))).is_err());
        drop(fetch("never".to_owned()));
    });
    assert_eq!((count(&monitor, "async.cancelled"), count(&monitor, "async.panicked")), (4, 5));
    assert_eq!(count(&monitor, "async.bytes"), 0);
}

#[plugin_metric(counter = "made.begun")]
#[plugin_metric(counter = "made.size", value = |size| *size)]
fn make(size: u64) -> impl Future<Output = u64> {
    async move {
        pause().await;
        size
    }
}

#[plugin_metric(counter = "boxed.begun.{size}", labels(max = 8))]
#[plugin_metric(counter = "boxed.size", value = |Ok(size)| *size)]
fn boxed(size: u64) -> Pin<Box<dyn Future<Output = Result<u64, ()>> + Send>> {
    Box::pin(async move {
        pause().await;
        Ok(size)
    })
}

#[test]
fn where_a_function_returns_a_future_its_execution_is_the_call() {
    let [made, polled] = [(); 2].map(|()| Monitor::builder().build());
    let (mut plain, mut boxed) = made.scope(|| (Box::pin(make(5)), boxed(6)));
    assert_eq!(count(&made, "made.begun"), 0);
    // It is recorded by the monitor in whose scope it is polled first.
    polled.scope(|| {
        while poll(plain.as_mut()).is_pending() {}
        while poll(boxed.as_mut()).is_pending() {}
    });
    assert_eq!((count(&polled, "made.begun"), count(&polled, "made.size")), (1, 5));
    assert_eq!((count_with(&polled, "boxed.begun", &[("size", "6")]), count(&polled, "boxed.size")), (1, 6));
    assert_eq!((count(&made, "made.begun"), count(&made, "boxed.size")), (0, 0));
}

struct Items(u32);

impl Stream for Items {
    type Item = u32;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<u32>> {
        self.0 = self.0.saturating_sub(1);
        Poll::Ready((self.0 > 0).then_some(self.0))
    }
}

#[plugin_metric(counter = "stream.begun")]
#[plugin_metric(counter = "stream.read", on = ok)]
#[plugin_metric(counter = "stream.dropped", on = cancelled)]
fn items(end: u32) -> impl Stream<Item = u32> {
    Items(end)
}

#[test]
fn a_stream_is_a_call_from_its_first_item_to_its_end() {
    let monitor = Monitor::builder().build();
    monitor.scope(|| {
        let mut context = Context::from_waker(Waker::noop());
        let mut read = pin!(items(3));
        while let Poll::Ready(Some(_)) = read.as_mut().poll_next(&mut context) {}
        let mut dropped = Box::pin(items(3));
        assert!(dropped.as_mut().poll_next(&mut context).is_ready());
        drop(dropped);
    });
    let counts = ["begun", "read", "dropped"].map(|name| count(&monitor, &format!("stream.{name}")));
    assert_eq!(counts, [2, 1, 1]);
}

trait Connect {
    fn connect(&self, host: &str) -> impl Future<Output = usize>;
}

struct Pool {
    monitor: Monitor,
}

#[monitored(monitor = self.monitor)]
impl Connect for Pool {
    #[plugin_metric(counter = "own.monitor.{host}", labels(max = 4), on = ok)]
    async fn connect(&self, host: &str) -> usize {
        pause().await;
        host.len()
    }
}

#[test]
fn the_values_of_a_call_with_its_own_monitor_are_that_monitors() {
    let (own, around) = (Monitor::builder().build(), Monitor::builder().build());
    let pool = Pool { monitor: own.clone() };
    let mut future = Box::pin(pool.connect("db").with_monitor(&around));
    while poll(future.as_mut()).is_pending() {}
    assert_eq!(count_with(&own, "own.monitor", &[("host", "db")]), 1);
    assert!(around.snapshot().metric("own.monitor").unwrap().points.is_empty());
}
