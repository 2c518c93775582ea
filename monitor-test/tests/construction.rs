//! Functions that make a future or a stream: what is recorded where the making panics, and of what they are asked.

use std::future::Future;
use std::future::ready;
use std::panic::AssertUnwindSafe;
use std::panic::catch_unwind;
use std::pin::Pin;
use std::pin::pin;
use std::task::Context;
use std::task::Poll;
use std::task::Waker;

use futures_core::Stream;
use monitor_core::Outcome;
use monitor_core::monitored;
use monitor_test::Capture;

type BoxFuture<T> = Pin<Box<dyn Future<Output = T> + Send>>;
type BoxStream<T> = Pin<Box<dyn Stream<Item = T> + Send>>;

/// Nothing comes of it.
struct Empty;

impl Stream for Empty {
    type Item = u32;

    fn poll_next(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<u32>> {
        Poll::Ready(None)
    }
}

#[monitored]
fn checked(well: bool) {
    assert!(well, "no way");
}

#[monitored]
fn boxed(well: bool) -> BoxFuture<u32> {
    checked(well);
    Box::pin(ready(1))
}

#[monitored]
fn boxed_rows(well: bool) -> BoxStream<u32> {
    checked(well);
    Box::pin(Empty)
}

#[monitored]
fn opaque(well: bool) -> impl Future<Output = Result<u32, String>> {
    checked(well);
    ready(Ok(1))
}

#[monitored]
fn opaque_rows(well: bool) -> impl Stream<Item = u32> {
    checked(well);
    Empty
}

#[monitored(labels(size = size, max = 4), fields(doubled = size * 2))]
fn labelled(size: u32) -> BoxFuture<u32> {
    assert!(size < 2, "too large");
    Box::pin(ready(size))
}

#[monitored(outcome = ready_or_not)]
async fn gives_a_box(well: bool) -> BoxFuture<u32> {
    if well { Box::pin(ready(1)) } else { Box::pin(std::future::pending()) }
}

#[monitored(outcome = ready_or_not)]
fn makes_a_future_of_a_box(well: bool) -> impl Future<Output = BoxFuture<u32>> {
    ready(if well { Box::pin(ready(1_u32)) as BoxFuture<u32> } else { Box::pin(std::future::pending()) })
}

#[monitored(outcome = has_items)]
async fn gives_rows() -> BoxStream<u32> {
    Box::pin(Empty)
}

/// `size_of_val` tells the two futures apart without polling them.
fn ready_or_not(future: &BoxFuture<u32>) -> Outcome {
    if size_of_val(&**future) > 0 { Outcome::Ok } else { Outcome::Error }
}

fn has_items(_: &BoxStream<u32>) -> Outcome {
    Outcome::Error
}

fn block_on<F: Future>(future: F) -> F::Output {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(result) => result,
        Poll::Pending => panic!("nothing waits here"),
    }
}

fn panics<R>(run: impl FnOnce() -> R) {
    assert!(catch_unwind(AssertUnwindSafe(|| drop(run()))).is_err());
}

/// Runs this in a destructor, while a panic unwinds.
fn while_panicking(run: impl FnMut()) {
    panics::<()>(|| {
        let _last = Last(run);
        panic!("first")
    });
}

/// What was recorded of this, and that nothing is under way after it.
#[track_caller]
fn check(run: impl FnOnce(), tree: &str) {
    let captured = Capture::run(run);
    assert_eq!(captured.tree(), tree);
    captured.assert_in_flight_zero();
}

/// Runs this when it is dropped.
struct Last<F: FnMut()>(F);

impl<F: FnMut()> Drop for Last<F> {
    fn drop(&mut self) {
        self.0();
    }
}

#[test]
fn a_panic_in_the_making_is_the_call() {
    check(|| panics(|| boxed(false)), "checked panic\nboxed panic\n");
    check(|| panics(|| boxed_rows(false)), "checked panic\nboxed_rows panic\n");
    check(|| panics(|| opaque(false)), "checked panic\nopaque panic\n");
    check(|| panics(|| opaque_rows(false)), "checked panic\nopaque_rows panic\n");
}

#[test]
fn making_without_a_panic_is_no_call() {
    check(|| drop(boxed(true)), "checked ok\n");
    check(|| drop(boxed_rows(true)), "checked ok\n");
    check(|| drop(opaque(true)), "checked ok\n");
    check(|| drop(opaque_rows(true)), "checked ok\n");
    check(|| assert_eq!(block_on(boxed(true)), 1), "checked ok\nboxed ok\n");
}

#[test]
fn what_is_made_while_the_thread_panics_is_made_well() {
    check(|| while_panicking(|| drop(boxed(true))), "checked ok\n");
    check(|| while_panicking(|| assert_eq!(block_on(boxed(true)), 1)), "checked ok\nboxed ok\n");
    check(|| while_panicking(|| panics(|| boxed(false))), "checked panic\nboxed panic\n");
}

#[test]
fn a_panic_in_the_making_has_the_labels_and_fields_of_the_call() {
    let captured = Capture::run(|| panics(|| labelled(3)));
    assert_eq!(captured.calls_with("labelled", &[("size", "3")]), 1);
    assert_eq!(captured.span("labelled").fields.len(), 1);
    captured.assert_in_flight_zero();
}

#[test]
fn a_box_that_a_future_gives_is_its_result() {
    check(|| drop(block_on(gives_a_box(true))), "gives_a_box ok\n");
    check(|| drop(block_on(gives_a_box(false))), "gives_a_box error\n");
    check(|| drop(block_on(makes_a_future_of_a_box(false))), "makes_a_future_of_a_box error\n");
    check(|| drop(block_on(gives_rows())), "gives_rows error\n");
}
