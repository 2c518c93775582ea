//! No more than so many a second.

use std::time::Instant;

use crate::recorder::EventBatch;
use crate::recorder::SpanBatch;
use crate::recorder::layer::Layer;

/// Lets no more than so many spans a second through, and as many events; what was not used up is saved for one second.
///
/// It cuts through traces where it must: [`Sampling`](crate::layers::Sampling) keeps them whole.
///
/// ```
/// use monitor_core::layers::{RateLimit, RecorderExt};
/// use monitor_core::recorders::Null;
///
/// let recorder = Null::default().layer(RateLimit::per_second(1_000));
/// # drop(recorder);
/// ```
#[derive(Clone, Debug)]
pub struct RateLimit {
    events: Bucket,
    spans: Bucket,
}

#[derive(Clone, Debug)]
struct Bucket {
    per_second: f64,
    left: f64,
    at: Instant,
}

impl RateLimit {
    /// Lets so many through a second.
    #[must_use]
    pub fn per_second(count: u32) -> Self {
        let bucket = Bucket { per_second: f64::from(count), left: f64::from(count), at: Instant::now() };
        Self { events: bucket.clone(), spans: bucket }
    }
}

impl Bucket {
    /// Gets what has come in since the last time.
    fn fill(&mut self, now: Instant) {
        let came = now.saturating_duration_since(self.at).as_secs_f64() * self.per_second;
        self.left = (self.left + came).min(self.per_second);
        self.at = now;
    }

    fn take(&mut self) -> bool {
        let any = self.left >= 1.0;
        self.left -= if any { 1.0 } else { 0.0 };
        any
    }
}

impl Layer for RateLimit {
    fn spans(&mut self, batch: SpanBatch) -> SpanBatch {
        self.spans.fill(Instant::now());
        batch.retained(|_| self.spans.take())
    }

    fn events(&mut self, batch: EventBatch) -> EventBatch {
        self.events.fill(Instant::now());
        batch.retained(|_| self.events.take())
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_second_is_saved_and_no_more() {
        let began = Instant::now();
        let mut bucket = Bucket { per_second: 10.0, left: 10.0, at: began };
        let taken = |bucket: &mut Bucket| (0..100).filter(|_| bucket.take()).count();
        assert_eq!(taken(&mut bucket), 10);
        bucket.fill(began + Duration::from_millis(500));
        assert_eq!(taken(&mut bucket), 5);
        bucket.fill(began + Duration::from_secs(3_600));
        assert_eq!(taken(&mut bucket), 10);
        // The clock does not go back, and if it did, nothing would come of it.
        bucket.fill(began);
        assert_eq!(taken(&mut bucket), 0);
    }
}
