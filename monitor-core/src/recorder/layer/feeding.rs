//! What configuration says about how a recorder is fed.

use std::time::Duration;

use crate::recorder::Delivery;
use crate::recorder::FromSetting;
use crate::recorder::SettingError;
use crate::recorder::Settings;
use crate::recorder::WhenFull;

/// What is said of everything.
pub(crate) const FEEDING: [&str; 5] = ["queue", "batch", "delay", "retry_for", "when_full"];
/// What is said of events alone.
pub(crate) const FEEDING_WITH_EVENTS: [&str; 5] =
    ["events_queue", "events_batch", "events_delay", "events_retry_for", "events_when_full"];

/// What configuration says about how a recorder is fed.
pub(crate) struct Feeding {
    queue: Option<usize>,
    batch: Option<usize>,
    delay: Option<Duration>,
    timeout: Option<Duration>,
    when_full: Option<WhenFull>,
}

impl Feeding {
    /// Takes the settings of these names.
    pub(crate) fn take(settings: &mut Settings, names: [&'static str; 5]) -> Result<Self, SettingError> {
        let [queue, batch, delay, timeout, when_full] = names;
        Ok(Self {
            queue: settings.take(queue)?,
            batch: settings.take(batch)?,
            delay: settings.take(delay)?,
            timeout: settings.take(timeout)?,
            when_full: settings.take(when_full)?,
        })
    }

    /// What the recorder asks for, changed as is said.
    pub(crate) fn applied(&self, own: Delivery) -> Delivery {
        own.clone()
            .queue(self.queue.unwrap_or(own.queue))
            .batch(self.batch.unwrap_or(own.batch))
            .delay(self.delay.unwrap_or(own.delay))
            .timeout(self.timeout.unwrap_or(own.timeout))
            .when_full(self.when_full.unwrap_or(own.when_full))
    }
}

impl FromSetting for WhenFull {
    const EXPECTED: &'static str = "`drop_newest` or `drop_oldest`";

    fn from_setting(text: &str) -> Option<Self> {
        match text {
            "drop_newest" => Some(WhenFull::DropNewest),
            "drop_oldest" => Some(WhenFull::DropOldest),
            _ => None,
        }
    }
}
