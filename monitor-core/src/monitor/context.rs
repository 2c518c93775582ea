//! Carrying monitor and span from one thread or task to another.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::Poll;

use pin_project_lite::pin_project;

use crate::dispatch::Core;
use crate::dispatch::current_context;
use crate::dispatch::current_core;
use crate::dispatch::scope;
use crate::dispatch::with_context;
use crate::model::SpanContext;
use crate::monitor::Monitor;

/// Where the calling code stands: in which monitor, and in which span.
///
/// Take it where work is handed over, enter it where the work is done.
///
/// ```
/// use monitor_core::Context;
///
/// let context = Context::current();
/// std::thread::spawn(move || context.run(|| { /* calls here belong to the span above */ })).join().unwrap();
/// ```
#[derive(Clone, Default)]
pub struct Context {
    core: Option<Arc<Core>>,
    span: Option<SpanContext>,
}

impl fmt::Debug for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Context").field("span", &self.span).finish_non_exhaustive()
    }
}

impl Context {
    /// Where the calling code stands.
    #[must_use]
    pub fn current() -> Self {
        Self { core: current_core(), span: current_context() }
    }

    /// The same monitor with another span, such as one that another process has sent.
    #[must_use]
    pub fn with_span(mut self, span: SpanContext) -> Self {
        self.span = Some(span);
        self
    }

    /// The span.
    #[must_use]
    pub fn span(&self) -> Option<SpanContext> {
        self.span
    }

    /// Runs `body` as if it were called here.
    pub fn run<R>(&self, body: impl FnOnce() -> R) -> R {
        let placed = || match self.span {
            Some(span) => with_context(span, body),
            None => body(),
        };
        match &self.core {
            Some(core) => scope(core, placed),
            None => placed(),
        }
    }
}

/// Carries monitor and span along with a future.
pub trait FutureExt: Future + Sized {
    /// Polls the future in the scope of `monitor`, wherever it is polled.
    fn with_monitor(self, monitor: &Monitor) -> WithMonitor<Self> {
        WithMonitor { inner: self, monitor: monitor.clone() }
    }

    /// Polls the future as if it were called where `context` was taken. For a task that is spawned:
    /// `spawn(work.in_context(Context::current()))`.
    fn in_context(self, context: Context) -> InContext<Self> {
        InContext { inner: self, context }
    }
}

impl<F: Future> FutureExt for F {}

pin_project! {
    /// A future that is polled in the scope of a monitor.
    #[derive(Debug)]
    #[must_use = "futures do nothing unless polled"]
    pub struct WithMonitor<F> {
        #[pin]
        inner: F,
        monitor: Monitor,
    }
}

impl<F: Future> Future for WithMonitor<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, context: &mut std::task::Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        this.monitor.scope(|| this.inner.poll(context))
    }
}

pin_project! {
    /// A future that is polled as if it were called elsewhere.
    #[derive(Debug)]
    #[must_use = "futures do nothing unless polled"]
    pub struct InContext<F> {
        #[pin]
        inner: F,
        context: Context,
    }
}

impl<F: Future> Future for InContext<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, context: &mut std::task::Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        this.context.run(|| this.inner.poll(context))
    }
}
