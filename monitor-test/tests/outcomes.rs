//! What a call is recorded as, for every form of function.

use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::panic::catch_unwind;
use std::pin::Pin;
use std::pin::pin;
use std::task::Context;
use std::task::Poll;
use std::task::Waker;
use std::time::Duration;

use async_trait::async_trait;
use futures_core::Stream;
use monitor_core::ErrorType;
use monitor_core::Monitor;
use monitor_core::Outcome;
use monitor_core::monitored;
use monitor_core::recorders::Memory;
use monitor_core::recorders::memory::FinishedSpan;

/// Runs this, and gives what was recorded: name, outcome, error type.
fn recorded<R>(run: impl FnOnce() -> R) -> Vec<(String, Outcome, String)> {
    let memory = Memory::default();
    let monitor = Monitor::builder().recorder(memory.clone()).build();
    // A panic is what some of the calls are about.
    let _ = monitor.scope(|| catch_unwind(AssertUnwindSafe(|| drop(run()))));
    monitor.flush(Duration::from_secs(60)).unwrap();
    let told = |span: &FinishedSpan| {
        (span.name.to_owned(), span.outcome, span.error_type.unwrap_or_default().to_owned())
    };
    memory.spans().iter().map(told).collect()
}

#[track_caller]
fn check<R>(run: impl FnOnce() -> R, name: &str, outcome: Outcome, error_type: &str) {
    assert_eq!(recorded(run), [(name.to_owned(), outcome, error_type.to_owned())]);
}

fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    loop {
        if let Poll::Ready(result) = future.as_mut().poll(&mut context) {
            return result;
        }
    }
}

fn poll_once<F: Future>(future: F) {
    assert!(pin!(future).poll(&mut Context::from_waker(Waker::noop())).is_pending());
}

async fn pause() {
    let mut paused = false;
    std::future::poll_fn(
        |_| if std::mem::replace(&mut paused, true) { Poll::Ready(()) } else { Poll::Pending },
    )
    .await;
}

type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;
type Outcomes<T> = Result<T, Fault>;
type BoxedOutcomes<'a> = BoxFuture<'a, Outcomes<u32>>;

#[derive(Debug, ErrorType)]
enum Fault {
    #[error_type(rename = "timeout")]
    TimedOut,
    #[error_type(transparent)]
    Inner(InnerFault),
    Closed {
        _by: u32,
    },
}

#[derive(Debug, ErrorType)]
enum InnerFault {
    Broken,
}

#[derive(Debug, ErrorType)]
enum Wrapped<E> {
    #[error_type(transparent)]
    Inner { error: E },
}

#[derive(Debug)]
struct Untyped;

#[monitored]
fn plain(fails: bool) {
    assert!(!fails, "failed");
}

#[monitored]
fn fallible(fails: bool) -> Result<(), Untyped> {
    if fails { Err(Untyped) } else { Ok(()) }
}

#[monitored]
fn typed(fault: Option<Fault>) -> Outcomes<u32> {
    fault.map_or(Ok(1), Err)
}

#[monitored]
fn wrapped(error: InnerFault) -> Result<(), Wrapped<InnerFault>> {
    Err(Wrapped::Inner { error })
}

#[monitored]
fn opaque(fails: bool) -> Result<impl Iterator<Item = u32>, Untyped> {
    if fails { Err(Untyped) } else { Ok(0..2) }
}

#[monitored]
fn generic<T, E>(result: Result<T, E>) -> Result<T, E> {
    result
}

#[monitored]
fn never() -> ! {
    panic!("never")
}

#[monitored]
#[track_caller]
fn tracked() -> u32 {
    1
}

#[monitored]
async fn later(fault: Option<Fault>) -> Outcomes<u32> {
    pause().await;
    fault.map_or(Ok(1), Err)
}

#[monitored]
async fn later_fails() -> u32 {
    pause().await;
    panic!("failed")
}

#[monitored]
fn manual(fails: bool) -> impl Future<Output = Result<u32, Untyped>> {
    async move {
        pause().await;
        if fails { Err(Untyped) } else { Ok(1) }
    }
}

#[monitored]
fn boxed(fault: Option<Fault>) -> BoxedOutcomes<'static> {
    Box::pin(async move {
        pause().await;
        fault.map_or(Ok(1), Err)
    })
}

#[monitored]
fn boxed_plain(a: u32) -> Pin<Box<dyn Future<Output = u32>>> {
    if a == 0 {
        return Box::pin(std::future::ready(0));
    }
    Box::pin(async move {
        pause().await;
        a
    })
}

#[monitored]
fn boxed_untyped() -> Pin<Box<dyn Future<Output = Result<u32, Untyped>> + Send + Sync>> {
    Box::pin(std::future::ready(Err(Untyped)))
}

#[monitored(outcome = of_status, error_type = of_nothing)]
fn classified(status: u16) -> Result<u16, Untyped> {
    if status == 0 { Err(Untyped) } else { Ok(status) }
}

fn of_status(result: &Result<u16, Untyped>) -> Outcome {
    if matches!(result, Ok(status) if *status < 500) { Outcome::Ok } else { Outcome::Error }
}

fn of_nothing(_: &Untyped) -> &'static str {
    "nothing"
}

#[monitored(outcome = of_box)]
fn classified_box(a: u32) -> BoxFuture<'static, u32> {
    Box::pin(async move { a })
}

fn of_box(value: &u32) -> Outcome {
    if *value == 0 { Outcome::Error } else { Outcome::Ok }
}

#[async_trait]
trait Store {
    async fn load(&self, fails: bool) -> Result<u32, Untyped>;
}

struct Inside;
struct Outside;
struct Between;

#[async_trait]
impl Store for Inside {
    #[monitored]
    async fn load(&self, fails: bool) -> Result<u32, Untyped> {
        pause().await;
        if fails { Err(Untyped) } else { Ok(1) }
    }
}

#[monitored]
#[async_trait]
impl Store for Outside {
    async fn load(&self, fails: bool) -> Result<u32, Untyped> {
        pause().await;
        if fails { Err(Untyped) } else { Ok(1) }
    }
}

#[async_trait]
#[monitored]
impl Store for Between {
    async fn load(&self, fails: bool) -> Result<u32, Untyped> {
        pause().await;
        if fails { Err(Untyped) } else { Ok(1) }
    }
}

#[monitored]
trait Named {
    fn default(&self) -> u32 {
        1
    }
    fn own(&self) -> u32;
    #[monitored(skip)]
    fn skipped(&self) -> u32 {
        1
    }
}

#[monitored(name = "other")]
impl Named for Inside {
    fn own(&self) -> u32 {
        1
    }
}

#[monitored]
impl Named for [Outside; 1] {
    #[monitored(name = "whole name")]
    fn own(&self) -> u32 {
        1
    }
}

macro_rules! named {
    ($($kind:ty,)*) => {$(
        #[monitored]
        impl Named for $kind {
            fn own(&self) -> u32 {
                1
            }
        }
    )*};
}

named!(Outside, Vec<Between>, dyn Fn() -> u32 + Send, &Between, (u8, u8),);

struct Rows(u32);

impl Stream for Rows {
    type Item = u32;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<u32>> {
        self.0 = self.0.saturating_sub(1);
        Poll::Ready((self.0 > 0).then_some(self.0))
    }
}

#[monitored]
fn rows() -> impl Stream<Item = u32> {
    Rows(3)
}

#[monitored]
fn boxed_rows() -> Pin<Box<dyn Stream<Item = u32> + Send>> {
    Box::pin(Rows(3))
}

fn drain(stream: impl Stream) {
    let mut stream = pin!(stream);
    let mut context = Context::from_waker(Waker::noop());
    while let Poll::Ready(Some(_)) = stream.as_mut().poll_next(&mut context) {}
}

fn read_one(stream: impl Stream) {
    assert!(pin!(stream).poll_next(&mut Context::from_waker(Waker::noop())).is_ready());
}

/// The name that an error without one of its own is recorded with.
fn untyped() -> &'static str {
    std::any::type_name::<Untyped>()
}

#[test]
fn a_function_ends_well_badly_or_in_a_panic() {
    check(|| plain(false), "plain", Outcome::Ok, "");
    check(|| plain(true), "plain", Outcome::Panic, "panic");
    check(|| never(), "never", Outcome::Panic, "panic");
    check(tracked, "tracked", Outcome::Ok, "");
    check(|| fallible(false), "fallible", Outcome::Ok, "");
    check(|| fallible(true), "fallible", Outcome::Error, untyped());
    check(|| opaque(true).map(Iterator::count), "opaque", Outcome::Error, untyped());
    check(|| generic::<(), _>(Err(Untyped)), "generic", Outcome::Error, untyped());
}

#[test]
fn an_error_has_the_name_of_its_kind() {
    check(|| typed(None), "typed", Outcome::Ok, "");
    check(|| typed(Some(Fault::TimedOut)), "typed", Outcome::Error, "timeout");
    check(|| typed(Some(Fault::Closed { _by: 1 })), "typed", Outcome::Error, "Closed");
    check(|| wrapped(InnerFault::Broken), "wrapped", Outcome::Error, "Broken");
    check(|| typed(Some(Fault::Inner(InnerFault::Broken))), "typed", Outcome::Error, "Broken");
}

#[test]
fn a_future_is_recorded_when_it_has_run() {
    check(|| block_on(later(None)), "later", Outcome::Ok, "");
    check(|| block_on(later(Some(Fault::TimedOut))), "later", Outcome::Error, "timeout");
    check(|| block_on(later_fails()), "later_fails", Outcome::Panic, "panic");
    check(|| poll_once(later(None)), "later", Outcome::Cancelled, "");
    check(|| block_on(manual(true)), "manual", Outcome::Error, untyped());
    check(|| poll_once(manual(true)), "manual", Outcome::Cancelled, "");
}

#[test]
fn a_boxed_future_is_recorded_when_it_has_run() {
    check(|| block_on(boxed(None)), "boxed", Outcome::Ok, "");
    check(|| block_on(boxed(Some(Fault::TimedOut))), "boxed", Outcome::Error, "timeout");
    check(|| poll_once(boxed(None)), "boxed", Outcome::Cancelled, "");
    check(|| block_on(boxed_plain(0)), "boxed_plain", Outcome::Ok, "");
    check(|| poll_once(boxed_plain(1)), "boxed_plain", Outcome::Cancelled, "");
    check(|| block_on(boxed_untyped()), "boxed_untyped", Outcome::Error, untyped());
}

#[test]
fn an_async_trait_is_timed_while_it_runs() {
    for fails in [false, true] {
        let (outcome, error_type) = if fails { (Outcome::Error, untyped()) } else { (Outcome::Ok, "") };
        check(|| block_on(Inside.load(fails)), "load", outcome, error_type);
        check(|| block_on(Outside.load(fails)), "Outside::load", outcome, error_type);
        check(|| block_on(Between.load(fails)), "Between::load", outcome, error_type);
    }
    check(|| poll_once(Inside.load(false)), "load", Outcome::Cancelled, "");
    check(|| poll_once(Outside.load(false)), "Outside::load", Outcome::Cancelled, "");
    check(|| poll_once(Between.load(false)), "Between::load", Outcome::Cancelled, "");
}

#[test]
fn a_method_has_the_name_of_its_type() {
    check(|| Named::default(&Inside), "Named::default", Outcome::Ok, "");
    check(|| Inside.own(), "other::own", Outcome::Ok, "");
    check(|| [Outside].own(), "whole name", Outcome::Ok, "");
    check(|| Outside.own(), "Outside::own", Outcome::Ok, "");
    check(|| Vec::<Between>::new().own(), "Vec::own", Outcome::Ok, "");
    check(|| (&Between).own(), "Between::own", Outcome::Ok, "");
    let dynamic: &(dyn Fn() -> u32 + Send) = &|| 1;
    check(|| dynamic.own(), "Fn::own", Outcome::Ok, "");
    check(|| (1, 1).own(), "(u8, u8)::own", Outcome::Ok, "");
    assert_eq!(recorded(|| Inside.skipped()), []);
}

#[test]
fn a_function_of_the_users_classifies_the_result() {
    check(|| classified(200), "classified", Outcome::Ok, "");
    check(|| classified(500), "classified", Outcome::Error, "");
    check(|| classified(0), "classified", Outcome::Error, "nothing");
    check(|| block_on(classified_box(0)), "classified_box", Outcome::Error, "");
    check(|| block_on(classified_box(1)), "classified_box", Outcome::Ok, "");
}

#[test]
fn a_stream_is_recorded_when_it_was_read() {
    check(|| drain(rows()), "rows", Outcome::Ok, "");
    check(|| read_one(rows()), "rows", Outcome::Cancelled, "");
    // Like a future, a stream that was never polled did not run.
    assert_eq!(recorded(rows), []);
    check(|| drain(boxed_rows()), "boxed_rows", Outcome::Ok, "");
}
