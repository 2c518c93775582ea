//! Several commands that are one operation: retries, batches.

use std::cell::Cell;
use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::AtomicI64;
use std::sync::atomic::Ordering;
use std::task::Context;
use std::task::Poll;

use pin_project_lite::pin_project;

thread_local! {
    /// The operation that the thread works for; zero for none.
    static CURRENT: Cell<i64> = const { Cell::new(0) };
}

/// The last number that was given to a request.
static LAST: AtomicI64 = AtomicI64::new(0);

/// The next number for a request, unique in this process.
pub(super) fn next_request() -> i64 {
    LAST.fetch_add(1, Ordering::Relaxed).wrapping_add(1)
}

/// Several commands that are one operation: each retry of a read, each batch of a bulk write.
///
/// Commands that run in it have its number as their `operation_id`, unless they say another one.
///
/// ```
/// use monitor_core::{Operation, monitored};
///
/// #[monitored(command(system = "sqlite", name = "SELECT"))]
/// fn attempt(number: u32) -> Result<u32, u32> {
///     if number < 2 { Err(number) } else { Ok(number) }
/// }
///
/// // The three attempts have one `operation_id`.
/// let result = Operation::new().run(|| (0..3).map(attempt).find(Result::is_ok));
/// assert_eq!(result, Some(Ok(2)));
/// ```
///
/// For a future there is [`in_operation`](OperationExt::in_operation).
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct Operation {
    id: i64,
}

impl Default for Operation {
    fn default() -> Self {
        Self::new()
    }
}

impl Operation {
    /// A new operation, with a number that no other request or operation of this process has.
    #[must_use]
    pub fn new() -> Self {
        Self { id: next_request() }
    }

    /// The operation that the calling code works for, if it is in one.
    #[must_use]
    pub fn current() -> Option<Self> {
        let id = CURRENT.try_with(Cell::get).unwrap_or_default();
        (id != 0).then_some(Self { id })
    }

    /// The number.
    #[must_use]
    pub fn id(self) -> i64 {
        self.id
    }

    /// Runs `body` as a part of this operation.
    pub fn run<R>(self, body: impl FnOnce() -> R) -> R {
        let _entered = Entered(CURRENT.try_with(|current| current.replace(self.id)).unwrap_or_default());
        body()
    }
}

/// Puts back the operation around this one.
struct Entered(i64);

impl Drop for Entered {
    fn drop(&mut self) {
        // At the very end of a thread there is no operation to go back to.
        let _ = CURRENT.try_with(|current| current.set(self.0));
    }
}

/// Makes a future a part of an operation.
pub trait OperationExt: Future + Sized {
    /// Polls the future as a part of this operation, wherever it is polled.
    fn in_operation(self, operation: Operation) -> InOperation<Self> {
        InOperation { inner: self, operation }
    }
}

impl<F: Future> OperationExt for F {}

pin_project! {
    /// A future that is a part of an operation.
    #[derive(Debug)]
    #[must_use = "futures do nothing unless polled"]
    pub struct InOperation<F> {
        #[pin]
        inner: F,
        operation: Operation,
    }
}

impl<F: Future> Future for InOperation<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        this.operation.run(|| this.inner.poll(context))
    }
}
