//! What comes along with a trace from another process, and goes on to the next.

use std::cell::RefCell;
use std::sync::Arc;

use crate::model::Origin;
use crate::model::SpanContext;
use crate::model::TraceId;
use crate::propagation::Baggage;
use crate::propagation::ReadHeaders;
use crate::propagation::TraceFlags;
use crate::propagation::TraceParent;
use crate::propagation::TraceState;
use crate::propagation::XRayHeader;
use crate::propagation::XRaySampled;

/// The most bytes of a header, over all its lines, that are looked at.
const MOST: usize = 1 << 15;

/// What becomes of a trace that another process has begun.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub enum Trust {
    /// It goes on: the span that sent it is the parent. For services of one's own.
    #[default]
    Continue,
    /// A new trace begins, whose root is linked to the span that sent it; nothing else is taken over. For everybody's
    /// door.
    Link,
    /// It is as if nothing had been sent.
    Refuse,
}

/// What comes along with a trace from another process, and goes on to the next.
#[derive(Clone, Debug, Default)]
pub(crate) struct Remote {
    /// What is known of one trace; of another, nothing is.
    pub(crate) trace: Option<Known>,
    pub(crate) baggage: Baggage,
    /// Parts of the header of AWS that have no meaning here.
    pub(crate) xray: XRayHeader,
    /// How a trace begins where no span is.
    pub(crate) origin: Option<Origin>,
}

/// What is known of a trace.
#[derive(Clone, Debug, Default)]
pub(crate) struct Known {
    pub(crate) trace: TraceId,
    pub(crate) flags: TraceFlags,
    pub(crate) state: TraceState,
}

thread_local! {
    /// What came along with what the thread does.
    static HERE: RefCell<Option<Arc<Remote>>> = const { RefCell::new(None) };
}

/// What came along with what the calling thread does.
pub(crate) fn here() -> Option<Arc<Remote>> {
    HERE.try_with(|here| here.borrow().clone()).ok().flatten()
}

/// Something else has come along, until this is dropped.
pub(crate) struct Elsewhere {
    before: Option<Arc<Remote>>,
}

impl Elsewhere {
    pub(crate) fn new(remote: Option<Arc<Remote>>) -> Self {
        Self { before: replace(remote) }
    }
}

impl Drop for Elsewhere {
    fn drop(&mut self) {
        replace(self.before.take());
    }
}

/// At the end of a thread nothing comes along any more.
fn replace(remote: Option<Arc<Remote>>) -> Option<Arc<Remote>> {
    HERE.try_with(|here| here.replace(remote)).ok().flatten()
}

/// What these headers bring: the span that sent them, and what comes along.
pub(crate) fn read<H: ReadHeaders + ?Sized>(headers: &H) -> (Option<SpanContext>, Remote) {
    let mut remote = Remote::default();
    if let Some(lines) = lines(headers, Baggage::NAME) {
        remote.baggage = Baggage::parse(lines.iter().map(Vec::as_slice)).unwrap_or_default();
    }
    let parents = lines(headers, TraceParent::NAME).unwrap_or_default();
    // Of two, nobody can say which is meant.
    let [parent] = &parents[..] else { return (None, remote) };
    let Ok(parent) = TraceParent::parse(parent) else { return (None, remote) };
    let lines = lines(headers, TraceState::NAME).unwrap_or_default();
    remote.trace = Some(Known {
        trace: parent.context().trace_id(),
        flags: parent.flags(),
        state: TraceState::parse(lines.iter().map(Vec::as_slice)).unwrap_or_default(),
    });
    (Some(parent.context()), remote)
}

/// What the header of AWS brings.
pub(crate) fn read_xray<H: ReadHeaders + ?Sized>(headers: &H) -> (Option<SpanContext>, Remote) {
    let lines = lines(headers, XRayHeader::NAME).unwrap_or_default();
    let [line] = &lines[..] else { return <_>::default() };
    let header = XRayHeader::parse(line).unwrap_or_default();
    let Some(root) = header.root() else { return <_>::default() };
    let flags = match header.sampled() {
        Some(XRaySampled::No) => TraceFlags::NONE,
        _ => TraceFlags::SAMPLED,
    };
    let context = header.parent().map(|parent| SpanContext::new(root, parent).remote());
    let remote = Remote {
        trace: Some(Known { trace: root, flags, state: TraceState::default() }),
        // A load balancer begins a trace without a span.
        origin: context.is_none().then_some(Origin::Trace(root)),
        xray: header,
        ..Remote::default()
    };
    (context, remote)
}

/// Copies of a header's lines; none if they take more than anybody needs.
fn lines<H: ReadHeaders + ?Sized>(headers: &H, name: &str) -> Option<Vec<Vec<u8>>> {
    let (mut lines, mut length) = (Vec::new(), 0_usize);
    headers.read(name, &mut |line| {
        length = length.saturating_add(line.len() + 1);
        if length <= MOST {
            lines.push(line.to_vec());
        }
    });
    (length <= MOST).then_some(lines)
}
