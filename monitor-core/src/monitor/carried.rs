//! What goes through a channel, with where it came from.

use std::future::Future;

use crate::monitor::Context;
use crate::monitor::FutureExt;
use crate::monitor::InContext;

/// A value with the context in which it was sent: what goes through a channel to be worked on elsewhere.
///
/// ```
/// use monitor_core::{Carried, Context, Span};
/// use std::sync::mpsc;
///
/// let (sender, receiver) = mpsc::channel::<Carried<u32>>();
/// let worker = std::thread::spawn(move || {
///     for job in receiver {
///         job.run(|number| (number, Context::current().span()));
///     }
/// });
/// let _span = Span::start("request");
/// sender.send(Carried::new(7))?;
/// # drop(sender);
/// # worker.join().unwrap();
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Carried<T> {
    value: T,
    context: Context,
}

impl<T> Carried<T> {
    /// Takes the value along with where the calling code stands.
    #[must_use]
    pub fn new(value: T) -> Self {
        Self { value, context: Context::current() }
    }

    /// Works on the value as if it were done where this was made.
    pub fn run<R>(self, work: impl FnOnce(T) -> R) -> R {
        let Self { value, context } = self;
        context.run(|| work(value))
    }

    /// Awaits the work on the value as if it were done where this was made.
    pub fn run_async<F: Future>(self, work: impl FnOnce(T) -> F) -> InContext<F> {
        let Self { value, context } = self;
        context.run(|| work(value)).in_context(context)
    }

    /// The value.
    #[must_use]
    pub fn value(&self) -> &T {
        &self.value
    }

    /// Where this was made.
    #[must_use]
    pub fn context(&self) -> &Context {
        &self.context
    }

    /// Value and context, each by itself.
    #[must_use]
    pub fn into_parts(self) -> (T, Context) {
        (self.value, self.context)
    }
}
