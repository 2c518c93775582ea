//! Remembers answers.

use std::num::NonZeroUsize;
use std::sync::Mutex;
use std::sync::PoisonError;

use hashlink::LruCache;
use monitor_core::monitored;

use crate::driver::Answer;
use crate::driver::Driver;
use crate::driver::Error;
use crate::driver::Query;

/// Remembers the answers asked for last; a failure is never remembered.
pub(crate) struct Cache<D> {
    inner: D,
    answers: Mutex<LruCache<Query, Answer>>,
}

impl<D> Cache<D> {
    /// Puts a memory of so many answers before a driver.
    pub(crate) fn new(inner: D, capacity: NonZeroUsize) -> Self {
        Self { inner, answers: Mutex::new(LruCache::new(capacity.get())) }
    }

    fn answers(&self) -> std::sync::MutexGuard<'_, LruCache<Query, Answer>> {
        self.answers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[monitored]
impl<D: Driver> Driver for Cache<D> {
    async fn run(&self, query: &Query) -> Result<Answer, Error> {
        let known = self.answers().get(query).cloned();
        if let Some(answer) = known {
            return Ok(answer);
        }
        let answer = self.inner.run(query).await?;
        self.answers().insert(query.clone(), answer.clone());
        Ok(answer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::driver::plugin::scripted::Scripted;

    fn cache(script: &'static str, capacity: usize) -> Cache<Scripted> {
        Cache::new(Scripted::new(script), NonZeroUsize::new(capacity).unwrap())
    }

    async fn ask<D: Driver>(driver: &D, words: &[&str]) {
        for word in words {
            let _ = driver.run(&Query::Symbol((*word).into())).await;
        }
    }

    #[tokio::test]
    async fn the_second_asking_is_answered_from_memory() {
        let cache = cache("ok ok ok", 2);
        ask(&cache, &["a", "a", "b", "a", "b"]).await;
        assert_eq!(cache.inner.calls(), 2);
    }

    #[tokio::test]
    async fn the_answer_not_asked_for_longest_goes_first() {
        let cache = cache("ok ok ok ok", 2);
        ask(&cache, &["a", "b", "a", "c", "a", "b"]).await;
        assert_eq!(cache.inner.calls(), 4, "a, b, c, and b again");
    }

    #[tokio::test]
    async fn a_failure_is_not_remembered() {
        let cache = cache("interrupted ok", 2);
        ask(&cache, &["a", "a", "a"]).await;
        assert_eq!(cache.inner.calls(), 2);
    }
}
