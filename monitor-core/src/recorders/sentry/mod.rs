//! Errors, panics, transactions and check-ins, for Sentry and what understands its envelopes.

mod category;
mod config;
mod crumbs;
mod dsn;
mod encode;
mod envelope;
mod intake;
mod limits;
mod losses;
mod outbox;
mod pile;
mod propagated;
mod rate;
mod recent;
#[cfg(test)]
mod tests;
mod waiting;

use std::time::Duration;
use std::time::Instant;

pub use dsn::{Dsn, DsnError};

use crate::model::Signals;
use crate::model::Tally;
use crate::recorder::Configured;
use crate::recorder::Delivery;
use crate::recorder::EventBatch;
use crate::recorder::EventRef;
use crate::recorder::Recorder;
use crate::recorder::RecorderError;
use crate::recorder::Span;
use crate::recorder::SpanBatch;
use crate::recorders::sentry::config::Options;
use crate::recorders::sentry::intake::Intake;
use crate::recorders::sentry::outbox::AT_ONCE;
use crate::recorders::sentry::outbox::Mark;
use crate::recorders::sentry::outbox::Outbox;

/// Tells errors, panics, transactions and check-ins to Sentry.
///
/// ```no_run
/// use monitor_core::recorders::Sentry;
/// use monitor_core::{Monitor, monitored};
///
/// #[monitored(err)]
/// fn checkout(cart: u64) -> Result<(), std::io::Error> {
///     Err(std::io::Error::other("no such cart"))
/// }
///
/// let sentry = Sentry::new("https://0123abcd@sentry.example/42")?.environment("production").traces_sample_rate(0.1);
/// let _monitor = Monitor::builder().recorder(sentry).install()?;
/// let _ = checkout(7);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// In configuration `MONITOR_RECORDERS=sentry`, with `MONITOR_SENTRY_DSN`, or `SENTRY_DSN` as for Sentry's own libraries;
/// `SENTRY_RELEASE`, `SENTRY_ENVIRONMENT` and `SENTRY_DIST` are heeded as well.
///
/// # What becomes what
///
/// | here | there |
/// |---|---|
/// | a call that ended with an error or panic | an event with an exception: its type is that of the error, its value the field `exception.message` or `error.message`, which `#[monitored(err)]` records; its stack the field `exception.stacktrace` or `code.stacktrace`, else the annotated functions on the way |
/// | an event of severity `error` | an event with a message |
/// | earlier events of the same trace | breadcrumbs |
/// | a call without a parent in this process, or that answers a request (kinds `server` and `consumer`), with all that it called | a transaction with up to 1,000 spans |
/// | a call with the field `monitor.slug` | a check-in, `ok` or `error`, with its duration |
/// | fields of a call | the context `fields` of an event, data of a span; `sentry.measurement.NAME` of a root a measurement |
/// | the resource | release, environment, build, server name, and contexts |
///
/// **One error, one event.** An error that `?` hands on from call to call is told once, for the innermost annotated
/// function that failed with it: a call is passed over if one that it called failed with the same kind of error. Events
/// of the same kind of error in the same function are one issue, whatever the error's text.
///
/// **Transactions** are told once their root has ended. What hangs below a call that does not end, or one of another process
/// that was not said to be one ([`SpanContext::remote`](crate::SpanContext::remote)), is told by itself with the first batch
/// that comes after 30 seconds, or at a flush, as is what ends after its root; at most 20,000 spans wait.
///
/// **Limits of the server** are obeyed by category; what is dropped for one, or lost otherwise, is counted and told in
/// reports of losses. A server that takes no transactions at all, as some that are compatible with Sentry, makes every
/// span a loss until [`traces_sample_rate`](Self::traces_sample_rate) is 0. Nothing larger than Sentry takes is sent: texts
/// are cut, and the least is left out first.
///
/// Of the machine only its name is told ([`hide_server_name`](Self::hide_server_name)); fields are what the program itself
/// recorded. Each event and transaction is a request of its own: at high rates set
/// [`traces_sample_rate`](Self::traces_sample_rate).
pub struct Sentry {
    options: Options,
    intake: Intake,
    outbox: Outbox,
}

impl Sentry {
    /// Tells a project, which `dsn` names: `https://KEY@HOST[:PORT][/PATH]/PROJECT`.
    ///
    /// # Errors
    ///
    /// The text is no DSN; the error says what is wrong and repeats nothing of the key.
    ///
    /// ```
    /// use monitor_core::recorders::Sentry;
    ///
    /// let error = Sentry::new("https://sentry.example/42").err().unwrap();
    /// assert_eq!(error.to_string(), "no key before the host; a DSN looks like `https://key@host/1`");
    /// ```
    pub fn new(dsn: &str) -> Result<Self, DsnError> {
        let options = Options::new(dsn.parse()?);
        Ok(Self::of(options.or_environment(|name| std::env::var(name).ok())))
    }

    pub(crate) fn of(options: Options) -> Self {
        let (intake, outbox) = (Intake::new(&options), Outbox::new(&options));
        Self { options, intake, outbox }
    }
}

impl std::fmt::Debug for Sentry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sentry").field("options", &self.options).finish_non_exhaustive()
    }
}

impl Recorder for Sentry {
    fn name(&self) -> &str {
        Self::NAME
    }

    fn signals(&self) -> Signals {
        Signals::SPANS | Signals::EVENTS
    }

    /// Larger batches than usual, so that a root and what it called mostly come together, and sooner: errors matter. Each
    /// event is a request of its own, so that a batch may take longer.
    fn delivery(&self) -> Delivery {
        let timeout = self.options.timeout.saturating_mul(AT_ONCE * 4);
        Delivery::default().queue(8_192).batch(2_048).delay(Duration::from_secs(1)).timeout(timeout)
    }

    fn spans(&mut self, batch: &SpanBatch) -> Result<(), RecorderError> {
        let context = |span: Option<Span<'_>>| span.map(|span| span.context()).unwrap_or_default();
        let (first, last) = (context(batch.iter().next()), context(batch.iter().last()));
        let mark = Mark { len: batch.len(), first, last, time: None };
        if !self.outbox.resumes(mark) {
            let load = self.intake.spans(&self.options, batch, &mut self.outbox.losses, Instant::now());
            self.outbox.put(Some(mark), load);
        }
        self.outbox.ship(&self.options, batch.len())
    }

    fn events(&mut self, batch: &EventBatch) -> Result<(), RecorderError> {
        let (first, last) = (batch.iter().next(), batch.iter().last());
        let context = |event: Option<EventRef<'_>>| event.and_then(|it| it.context()).unwrap_or_default();
        let time = first.map(|event| event.time());
        let mark = Mark { len: batch.len(), first: context(first), last: context(last), time };
        if !self.outbox.resumes(mark) {
            let load = self.intake.events(&self.options, batch, &mut self.outbox.losses);
            self.outbox.put(Some(mark), load);
        }
        self.outbox.ship(&self.options, batch.len())
    }

    fn flush(&mut self) -> Result<(), RecorderError> {
        let load = self.intake.rest(&mut self.outbox.losses);
        self.outbox.put(None, load);
        self.outbox.ship_all(&self.options)
    }

    fn held(&self) -> Tally {
        Tally { spans: self.intake.held(), ..Tally::default() }
    }
}
