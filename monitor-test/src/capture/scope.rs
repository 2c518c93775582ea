//! The short way: one call captures.

use std::future::Future;
use std::thread;

use monitor_core::ManualClock;

use crate::capture::CaptureBuilder;
use crate::capture::Captured;

/// Runs code in a monitor of its own: no other test sees what it tells, and it sees no other test.
///
/// It follows the code into every function it calls, over every `await` and from thread to thread of a
/// runtime. Into threads and tasks that the code spawns it follows where they carry a
/// [`Context`](monitor_core::Context).
///
/// ```
/// use monitor_core::{Context, FutureExt, monitored};
/// use monitor_test::Capture;
///
/// #[monitored]
/// async fn serve() {
///     tokio::spawn(fetch().in_context(Context::current())).await.unwrap();
/// }
///
/// #[monitored]
/// async fn fetch() {}
///
/// # #[tokio::main]
/// # async fn main() {
/// let captured = Capture::run_async(serve()).await;
/// assert_eq!(captured.tree(), "serve ok\n  fetch ok\n");
/// # }
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub struct Capture;

impl Capture {
    /// Runs a closure and gives what it told. Its panic goes on.
    ///
    /// ```
    /// use monitor_core::Span;
    /// use monitor_test::Capture;
    ///
    /// let captured = Capture::run(|| drop(Span::start("work")));
    /// assert_eq!(captured.span("work").field("rows"), None);
    /// ```
    pub fn run<R>(body: impl FnOnce() -> R) -> Captured {
        CaptureBuilder::default().run(body)
    }

    /// Awaits a future and gives what it told. Its panic goes on.
    ///
    /// ```
    /// use monitor_core::monitored;
    /// use monitor_test::Capture;
    ///
    /// #[monitored]
    /// async fn answer() -> u32 {
    ///     42
    /// }
    ///
    /// # #[tokio::main]
    /// # async fn main() {
    /// assert_eq!(Capture::run_async(answer()).await.calls("answer"), 1);
    /// # }
    /// ```
    pub async fn run_async<F: Future>(future: F) -> Captured {
        CaptureBuilder::default().run_async(future).await
    }

    /// Runs a closure and gives its result, or its panic, and what it told.
    ///
    /// ```
    /// use monitor_core::{Outcome, monitored};
    /// use monitor_test::Capture;
    ///
    /// #[monitored]
    /// fn fail() {
    ///     panic!("no");
    /// }
    ///
    /// let (result, captured) = Capture::catching(fail);
    /// assert!(result.is_err());
    /// assert_eq!(captured.span("fail").outcome, Outcome::Panic);
    /// ```
    pub fn catching<R>(body: impl FnOnce() -> R) -> (thread::Result<R>, Captured) {
        CaptureBuilder::default().catching(body)
    }

    /// Captures with time from `clock`, so that durations are exact.
    ///
    /// ```
    /// use monitor_core::Span;
    /// use monitor_test::{Capture, ManualClock};
    /// use std::time::Duration;
    ///
    /// let clock = ManualClock::default();
    /// let captured = Capture::with_clock(&clock).run(|| {
    ///     let _span = Span::start("work");
    ///     clock.advance(Duration::from_millis(5));
    /// });
    /// assert_eq!(captured.span("work").duration, Duration::from_millis(5));
    /// ```
    pub fn with_clock(clock: &ManualClock) -> CaptureBuilder {
        CaptureBuilder::default().clock(clock)
    }
}
