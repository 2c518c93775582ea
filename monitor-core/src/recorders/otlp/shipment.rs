//! One batch on its way: whole, or in halves where that is too much at once.

use std::fmt;

use crate::recorder::RecorderError;
use crate::recorders::otlp::client::Client;
use crate::recorders::otlp::client::Unsent;
use crate::recorders::otlp::encode::Request;

/// What was refused of a batch that was taken otherwise.
#[derive(Debug, Default)]
pub(crate) struct Refusals {
    pub(crate) count: u64,
    pub(crate) total: u64,
    /// What was said last about it, which may be something although nothing was refused.
    pub(crate) message: String,
}

impl fmt::Display for Refusals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of {} were refused: {}", self.count, self.total, self.message)
    }
}

impl Refusals {
    fn add(&mut self, count: u64, message: String) {
        self.count = self.count.saturating_add(count);
        if !message.is_empty() {
            self.message = message;
        }
    }
}

/// Whether the server has said already that it was too much.
#[derive(Clone, Copy)]
enum Halved {
    No,
    Yes,
}

/// Ships a batch, in halves where it is too large: for the server once, for us until each part fits.
///
/// # Errors
///
/// Nothing of it was taken, so that all of it may be tried again if the error says so. Once a part was taken, what fails
/// after it is refused: another try would send that part twice.
pub(crate) fn ship<R: Request>(client: &mut Client, request: R) -> Result<Refusals, RecorderError> {
    let mut refusals = Refusals { total: request.count(), ..Refusals::default() };
    let mut parts = vec![(request, Halved::No)];
    let mut taken = false;
    while let Some((part, halved)) = parts.pop() {
        let count = part.count();
        let (error, again) = match client.send(&part) {
            Ok(partial) => {
                taken = true;
                // A server cannot refuse more than it got, nor less than nothing.
                let refused = u64::try_from(partial.rejected).unwrap_or(0).min(count);
                refusals.add(refused, partial.error_message);
                continue;
            }
            Err(Unsent::Failed(error)) if !taken && refusals.count == 0 => return Err(error),
            Err(Unsent::Failed(error)) => (error, None),
            Err(Unsent::TooLargeForUs(error)) => (error, Some(halved)),
            Err(Unsent::TooLargeForServer(error)) => match halved {
                Halved::No => (error, Some(Halved::Yes)),
                Halved::Yes => (error, None),
            },
        };
        match again.and_then(|halved| Some((halved, part.halves()?))) {
            // The first half goes first.
            Some((halved, (first, second))) => parts.extend([(second, halved), (first, halved)]),
            None => refusals.add(count, error.to_string()),
        }
    }
    Ok(refusals)
}
