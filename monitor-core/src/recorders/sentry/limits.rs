//! What the server wants to hear nothing of for a while.

use std::collections::HashMap;
use std::time::Duration;
use std::time::Instant;

use crate::recorders::sentry::category::Category;

/// How long nothing is sent where the server does not say how long.
const DEFAULT: Duration = Duration::from_secs(60);
/// The longest that the server is believed.
const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);
/// The most categories that are kept; the server has about twenty.
const CATEGORIES: usize = 64;
/// Stands for every category.
const ALL: &str = "";

/// What the server wants to hear nothing of, and until when: a category at a time, the latest end counts.
///
/// <https://develop.sentry.dev/sdk/foundations/transport/rate-limiting/>
#[derive(Debug, Default)]
pub(crate) struct Limits {
    until: HashMap<String, Instant>,
}

impl Limits {
    /// Heeds an answer: the header `X-Sentry-Rate-Limits` of any, or else a 429 with what `Retry-After` says.
    pub(crate) fn heed(
        &mut self,
        is_refusal: bool,
        limits: Option<&str>,
        retry_after: Option<Duration>,
        now: Instant,
    ) {
        match limits.filter(|limits| !limits.trim().is_empty()) {
            Some(limits) => limits.split(',').for_each(|limit| self.heed_one(limit, now)),
            None if is_refusal => self.extend(ALL, retry_after.unwrap_or(DEFAULT), now),
            None => {}
        }
    }

    /// `seconds:category;category:scope:reason`; no category means all of them.
    fn heed_one(&mut self, limit: &str, now: Instant) {
        if limit.trim().is_empty() {
            return;
        }
        let mut parts = limit.trim().split(':');
        let seconds = parts.next().and_then(|seconds| seconds.trim().parse::<f64>().ok());
        let wait = seconds.filter(|seconds| !seconds.is_nan()).map_or(DEFAULT, |seconds| {
            Duration::try_from_secs_f64(seconds.clamp(0.0, LONGEST.as_secs_f64())).unwrap_or(DEFAULT)
        });
        let categories = parts.next().unwrap_or(ALL);
        categories.split(';').for_each(|category| self.extend(category.trim(), wait, now));
    }

    fn extend(&mut self, category: &str, wait: Duration, now: Instant) {
        self.until.retain(|_, until| *until > now);
        let until = now + wait.min(LONGEST);
        if let Some(known) = self.until.get_mut(category) {
            *known = until.max(*known);
        } else if self.until.len() < CATEGORIES && category.len() <= CATEGORIES {
            self.until.insert(category.to_owned(), until);
        }
    }

    /// How long nothing of this category is to be sent.
    pub(crate) fn wait(&self, category: Category, now: Instant) -> Option<Duration> {
        self.left(category.as_str(), now).max(self.wait_for_all(now))
    }

    /// How long nothing at all is to be sent.
    pub(crate) fn wait_for_all(&self, now: Instant) -> Option<Duration> {
        self.left(ALL, now)
    }

    fn left(&self, category: &str, now: Instant) -> Option<Duration> {
        self.until
            .get(category)
            .map(|until| until.saturating_duration_since(now))
            .filter(|left| !left.is_zero())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Seconds until errors, transactions and check-ins may be sent again.
    #[track_caller]
    fn check(is_refusal: bool, limits: Option<&str>, retry_after: Option<u64>, expected: [u64; 3]) {
        let (mut all, now) = (Limits::default(), Instant::now());
        all.heed(is_refusal, limits, retry_after.map(Duration::from_secs), now);
        let waits = [Category::Error, Category::Transaction, Category::Monitor]
            .map(|category| all.wait(category, now).unwrap_or_default().as_secs());
        assert_eq!(waits, expected, "{limits:?}");
    }

    #[test]
    fn limits_hold_for_the_categories_that_they_name() {
        check(false, None, None, [0, 0, 0]);
        check(false, Some("60:transaction:key"), None, [0, 60, 0]);
        check(
            false,
            Some("60:error;transaction:organization:quota, 2700:monitor:project"),
            None,
            [60, 60, 2700],
        );
        check(false, Some("30::organization"), None, [30, 30, 30]);
        check(false, Some("30"), None, [30, 30, 30]);
        check(false, Some("30::key,90:error:key"), None, [90, 30, 30]);
        check(false, Some("60:default;security;attachment:key"), None, [0, 0, 0]);
        check(false, Some("90:error:key, 10:error:key"), None, [90, 0, 0]);
        check(false, Some("1.5:error"), None, [1, 0, 0]);
    }

    #[test]
    fn f35_a_refusal_holds_for_everything_and_for_a_minute_where_nothing_is_said() {
        check(true, None, Some(7), [7, 7, 7]);
        check(true, None, None, [60, 60, 60]);
        check(true, Some(" "), Some(7), [7, 7, 7]);
        // The header says more than the refusal.
        check(true, Some("5:error:key"), Some(70), [5, 0, 0]);
        check(true, Some("soon:error:key"), None, [60, 0, 0]);
        check(true, Some("-5:error"), None, [0, 0, 0]);
        check(true, Some("1e300:error"), None, [86_400, 0, 0]);
        check(true, Some("nan:error"), None, [60, 0, 0]);
        check(false, Some(""), None, [0, 0, 0]);
        check(false, Some(",,:::,;"), None, [60, 60, 60]);
    }

    #[test]
    fn f32_a_server_that_names_many_categories_takes_no_memory() {
        let (mut limits, now) = (Limits::default(), Instant::now());
        (0..10_000).for_each(|number| limits.heed(false, Some(&format!("60:c{number}")), None, now));
        limits.heed(false, Some(&format!("60:{}", "x".repeat(100_000))), None, now);
        assert_eq!(limits.until.len(), CATEGORIES);
        // What is over makes room.
        let later = now + Duration::from_secs(61);
        limits.heed(false, Some("1:error"), None, later);
        assert_eq!(limits.wait(Category::Error, later), Some(Duration::from_secs(1)));
        assert_eq!(limits.until.len(), 1);
    }
}
