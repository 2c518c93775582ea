//! What never reached the server, to be told to it.

use std::collections::BTreeMap;
use std::time::SystemTime;

use serde_json::Value;
use serde_json::json;

use crate::recorders::sentry::category::Category;
use crate::recorders::sentry::encode::timestamp;

/// Why something never reached the server, in the words of its documentation.
///
/// <https://develop.sentry.dev/sdk/telemetry/client-reports/>
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) enum Reason {
    /// There was no room for it, or it was too large.
    BufferOverflow,
    /// There was no answer, and no more time to try.
    NetworkError,
    /// The server wants to hear nothing of it for a while.
    RatelimitBackoff,
    /// It was left out by chance, as the settings say.
    SampleRate,
    /// The server refused it.
    SendError,
}

impl Reason {
    const fn as_str(self) -> &'static str {
        match self {
            Reason::BufferOverflow => "buffer_overflow",
            Reason::NetworkError => "network_error",
            Reason::RatelimitBackoff => "ratelimit_backoff",
            Reason::SampleRate => "sample_rate",
            Reason::SendError => "send_error",
        }
    }
}

/// What never reached the server since that was told last.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) struct Losses {
    counts: BTreeMap<(Reason, Category), u64>,
}

impl Losses {
    pub(crate) fn count(&mut self, reason: Reason, category: Category, quantity: u64) {
        if quantity > 0 {
            *self.counts.entry((reason, category)).or_default() += quantity;
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.counts.is_empty()
    }

    /// Takes over what could not be told.
    pub(crate) fn add(&mut self, other: Losses) {
        other.counts.into_iter().for_each(|((reason, category), count)| self.count(reason, category, count));
    }

    /// The report.
    pub(crate) fn report(&self, now: SystemTime) -> Value {
        let lost = |((reason, category), quantity): (&(Reason, Category), &u64)| json!({"reason": reason.as_str(), "category": category.as_str(), "quantity": quantity});
        let lost: Vec<_> = self.counts.iter().map(lost).collect();
        json!({"timestamp": timestamp(now), "discarded_events": lost})
    }
}
