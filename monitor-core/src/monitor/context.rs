//! Carrying monitor and span from one thread or task to another.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::LazyLock;
use std::task::Poll;

use pin_project_lite::pin_project;

use crate::dispatch::Core;
use crate::dispatch::current_context;
use crate::dispatch::current_core;
use crate::dispatch::scope;
use crate::dispatch::with_context;
use crate::dispatch::with_origin;
use crate::model::Origin;
use crate::model::SpanContext;
use crate::monitor::Monitor;
use crate::monitor::Trust;
use crate::monitor::remote::Elsewhere;
use crate::monitor::remote::Known;
use crate::monitor::remote::Remote;
use crate::monitor::remote::here;
use crate::monitor::remote::read;
use crate::monitor::remote::read_xray;
use crate::propagation::Baggage;
use crate::propagation::ReadHeaders;
use crate::propagation::TraceFlags;
use crate::propagation::TraceParent;
use crate::propagation::TraceState;
use crate::propagation::WriteHeaders;
use crate::propagation::XRayHeader;
use crate::propagation::XRaySampled;
use crate::recorder::note_decision;

/// Where the calling code stands: in which monitor and in which span, and what came along from another process.
///
/// Take it where work is handed over, enter it where the work is done:
///
/// | the work goes to | |
/// |---|---|
/// | a thread, `spawn_blocking`, rayon | [`Context::wrap`] around the closure |
/// | a task that is spawned | [`FutureExt::in_current_context`] behind the future |
/// | a channel | [`Carried`](crate::Carried) around what is sent |
/// | another process | [`inject`](Self::inject) there, [`extract`](Self::extract) here |
/// | `join!`, `select!`, a set of futures that one task polls | nothing: the task stands where it stands |
///
/// ```
/// use monitor_core::Context;
///
/// let work = Context::wrap(|| { /* calls here belong to the span above */ });
/// std::thread::spawn(work).join().unwrap();
/// ```
///
/// A server goes on with the traces of its callers, and a client passes its own on:
///
/// ```
/// use monitor_core::{Context, Monitor, Trust, monitored, recorders::Memory};
/// use std::collections::HashMap;
///
/// #[monitored(kind = server)]
/// fn answer() -> HashMap<String, String> {
///     let mut headers = HashMap::new();
///     Context::current().inject(&mut headers);
///     headers
/// }
///
/// let received = [
///     ("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"),
///     ("tracestate", "congo=t61rcWkgMzE"),
///     ("baggage", "tenant=blue"),
/// ];
/// let monitor = Monitor::builder().recorder(Memory::default()).build();
/// let sent = monitor.scope(|| Context::extract(&received, Trust::Continue).run(answer));
/// assert!(sent["traceparent"].starts_with("00-0af7651916cd43dd8448eb211c80319c-"));
/// assert_eq!((&*sent["tracestate"], &*sent["baggage"]), ("congo=t61rcWkgMzE", "tenant=blue"));
/// ```
#[derive(Clone, Default)]
pub struct Context {
    core: Option<Arc<Core>>,
    span: Option<SpanContext>,
    remote: Option<Arc<Remote>>,
}

impl fmt::Debug for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Context").field("span", &self.span).finish_non_exhaustive()
    }
}

/// What is known where nothing came along.
static NOTHING: LazyLock<Remote> = LazyLock::new(Remote::default);
static NOTHING_KNOWN: LazyLock<Known> = LazyLock::new(Known::default);

impl Context {
    /// Where the calling code stands.
    #[must_use]
    pub fn current() -> Self {
        Self { core: current_core(), span: current_context(), remote: here() }
    }

    /// Where the calling code stands, with what headers from another process say of the trace: `traceparent`,
    /// `tracestate` and `baggage`.
    ///
    /// A header that is not as its specification says is as good as none.
    #[must_use]
    pub fn extract<H: ReadHeaders + ?Sized>(headers: &H, trust: Trust) -> Self {
        match trust {
            Trust::Refuse => Self::current(),
            trust => {
                let received = read(headers);
                if let (Trust::Continue, Some(known)) = (trust, &received.1.trace) {
                    note_decision(known.trace, known.flags.contains(TraceFlags::SAMPLED));
                }
                Self::current().received(received, trust)
            }
        }
    }

    /// The same with the header of AWS, `X-Amzn-Trace-Id`. Where that comes from a load balancer, which has no span, the
    /// next root begins the trace that it names.
    #[must_use]
    pub fn extract_xray<H: ReadHeaders + ?Sized>(headers: &H, trust: Trust) -> Self {
        match trust {
            Trust::Refuse => Self::current(),
            trust => {
                let received = read_xray(headers);
                let decided = received.1.xray.sampled().filter(|sampled| *sampled != XRaySampled::Ask);
                if let (Trust::Continue, Some(known), Some(decided)) = (trust, &received.1.trace, decided) {
                    note_decision(known.trace, decided == XRaySampled::Yes);
                }
                Self::current().received(received, trust)
            }
        }
    }

    /// The same monitor with another span, such as one that another process has sent.
    #[must_use]
    pub fn with_span(mut self, span: SpanContext) -> Self {
        self.span = Some(span);
        self
    }

    /// The same monitor, and nothing else of what is here: for work in the background, which begins traces of its own.
    ///
    /// ```
    /// use monitor_core::{Context, Span};
    ///
    /// let _request = Span::start("first request");
    /// let worker = Context::current().without_span();
    /// std::thread::spawn(move || worker.run(|| assert_eq!(Context::current().span(), None))).join().unwrap();
    /// ```
    #[must_use]
    pub fn without_span(self) -> Self {
        Self { core: self.core, ..Self::default() }
    }

    /// The same with other baggage.
    #[must_use]
    pub fn with_baggage(mut self, baggage: Baggage) -> Self {
        Arc::make_mut(self.remote.get_or_insert_default()).baggage = baggage;
        self
    }

    /// The same with another state of the span's trace; without a span, there is none.
    #[must_use]
    pub fn with_trace_state(mut self, state: TraceState) -> Self {
        if let Some(span) = self.span {
            let (trace, flags) = (span.trace_id(), self.flags());
            Arc::make_mut(self.remote.get_or_insert_default()).trace = Some(Known { trace, flags, state });
        }
        self
    }

    /// Writes the headers for another process: `traceparent`, `tracestate` and `baggage`, as far as there is something to
    /// say. Where there is not, they are taken away: what came in goes on in no other way.
    pub fn inject<H: WriteHeaders + ?Sized>(&self, headers: &mut H) {
        let parent = self.span.and_then(|span| TraceParent::new(span, self.flags()));
        write(headers, TraceParent::NAME, &parent.map(|parent| parent.to_string()).unwrap_or_default());
        write(headers, TraceState::NAME, &self.trace_state().to_header());
        write(headers, Baggage::NAME, &self.baggage().to_string());
    }

    /// The same with the header of AWS, `X-Amzn-Trace-Id`.
    pub fn inject_xray<H: WriteHeaders + ?Sized>(&self, headers: &mut H) {
        let header = self.span.filter(|span| span.is_valid()).map(|span| {
            let sampled = self.flags().contains(TraceFlags::SAMPLED);
            let header = XRayHeader::new(span, if sampled { XRaySampled::Yes } else { XRaySampled::No });
            match self.known() {
                Some(_) => header.with_others_of(&self.remote().xray),
                None => header,
            }
        });
        write(headers, XRayHeader::NAME, &header.map(|header| header.to_string()).unwrap_or_default());
    }

    /// The span.
    #[must_use]
    pub fn span(&self) -> Option<SpanContext> {
        self.span
    }

    /// What is known of the span's trace: what came along with it, or that it is recorded.
    #[must_use]
    pub fn flags(&self) -> TraceFlags {
        self.known().map_or(TraceFlags::SAMPLED, |known| known.flags)
    }

    /// What other systems need to know of the span's trace.
    #[must_use]
    pub fn trace_state(&self) -> &TraceState {
        self.known().map_or(&NOTHING_KNOWN.state, |known| &known.state)
    }

    /// What the application passes along.
    #[must_use]
    pub fn baggage(&self) -> &Baggage {
        &self.remote().baggage
    }

    /// Runs `body` as if it were called here.
    pub fn run<R>(&self, body: impl FnOnce() -> R) -> R {
        let _elsewhere = Elsewhere::new(self.remote.clone());
        let placed = || match (self.span, self.remote().origin) {
            (Some(span), _) => with_context(span, body),
            (None, Some(origin)) => with_origin(origin, body),
            // Whatever the thread that runs it is in the middle of is no part of it.
            (None, None) if self.core.is_some() => with_context(SpanContext::default(), body),
            (None, None) => body(),
        };
        match &self.core {
            Some(core) => scope(core, placed),
            None => placed(),
        }
    }

    /// Makes of `body` a closure that stands where the calling code stands, wherever it runs: for a thread, for
    /// `spawn_blocking`, for rayon.
    ///
    /// ```
    /// use monitor_core::{Context, Span};
    ///
    /// let span = Span::start("index");
    /// let expected = span.context();
    /// let work = Context::wrap(move || assert_eq!(Context::current().span(), expected));
    /// std::thread::spawn(work).join().unwrap();
    /// ```
    pub fn wrap<R, F: FnOnce() -> R>(body: F) -> impl FnOnce() -> R + use<R, F> {
        let context = Self::current();
        move || context.run(body)
    }

    /// With what another process has sent.
    fn received(mut self, (span, mut remote): (Option<SpanContext>, Remote), trust: Trust) -> Self {
        if trust == Trust::Link {
            let Some(span) = span else { return self };
            remote = Remote { origin: Some(Origin::Link(span)), ..Remote::default() };
        }
        match remote.origin {
            Some(_) => self.span = None,
            None => self.span = span.or(self.span),
        }
        self.remote = Some(Arc::new(remote));
        self
    }

    fn remote(&self) -> &Remote {
        self.remote.as_deref().unwrap_or(&NOTHING)
    }

    /// What is known of the span's trace, if anything came along with that.
    fn known(&self) -> Option<&Known> {
        let known = self.remote().trace.as_ref()?;
        self.span.is_some_and(|span| span.trace_id() == known.trace).then_some(known)
    }
}

/// Nothing to say takes the header away.
fn write<H: WriteHeaders + ?Sized>(headers: &mut H, name: &'static str, value: &str) {
    match value {
        "" => headers.remove(name),
        value => headers.write(name, value),
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

    /// Polls the future as if it were called here, wherever it is polled. For a task that is spawned:
    /// `spawn(work.in_current_context())`.
    fn in_current_context(self) -> InContext<Self> {
        self.in_context(Context::current())
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
