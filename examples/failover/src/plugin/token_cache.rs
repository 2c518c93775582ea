//! Logs in with tokens, and keeps them as long as they are good.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;

use async_trait::async_trait;
use monitor_core::instrument::Watch;
use monitor_core::monitored;
use monitor_core::plugin;
use monitor_core::plugin_metric;
use tokio::time::Instant;

use crate::Address;
use crate::Connection;
use crate::Error;
use crate::Method;
use crate::Plugin;
use crate::Target;
use crate::Token;
use crate::TokenSource;
use crate::plugin::About;
use crate::plugin::Next;

/// Logs in with tokens from a source, and keeps each as long as it is good.
pub struct TokenCache {
    source: Arc<dyn TokenSource>,
    tokens: Arc<Tokens>,
    /// As long as there is the cache, its size is a metric.
    _size: Watch,
}

/// The tokens by host, and until when each is good.
#[derive(Default)]
struct Tokens(Mutex<HashMap<Address, (Token, Instant)>>);

impl TokenCache {
    /// A cache of what this source gives.
    pub fn new(source: Arc<dyn TokenSource>) -> Self {
        let tokens = Arc::new(Tokens::default());
        Self { source, _size: tokens.watch_size(), tokens }
    }
}

impl Tokens {
    /// Tokens that are kept, whether good or not.
    #[plugin_metric(gauge = "iam.token_cache.size", watch)]
    fn size(&self) -> usize {
        self.locked().len()
    }

    fn locked(&self) -> MutexGuard<'_, HashMap<Address, (Token, Instant)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[plugin(name = "token_cache")]
#[async_trait]
impl Plugin for TokenCache {
    #[monitored(skip)]
    fn about(&self) -> &'static About {
        &About { name: "token_cache", weight: 700, methods: &[Method::Connect] }
    }

    async fn connect(&self, target: &Target, next: Next<'_>) -> Result<Box<dyn Connection>, Error> {
        let host = next.driver().resolve(&target.host)?;
        if let Some(token) = self.cached(&host) {
            match next.connect(&target.with(token)).await {
                // The server may have changed its mind since: a fresh token decides.
                Err(Error::LoginRefused { .. }) => {}
                connected => return connected,
            }
        }
        next.connect(&target.with(self.fetch(&host).await?)).await
    }
}

impl TokenCache {
    /// A token that is still good.
    fn cached(&self, host: &Address) -> Option<Token> {
        let tokens = self.tokens.locked();
        let (token, expires) = tokens.get(host)?;
        (Instant::now() < *expires).then(|| token.clone())
    }
}

#[monitored]
impl TokenCache {
    /// A fresh token, kept for the next connection.
    #[monitored(name = "fetch authentication token")]
    #[plugin_metric(counter = "iam.fetch_token.count")]
    async fn fetch(&self, host: &Address) -> Result<Token, Error> {
        let asked = Instant::now();
        let token = self.source.fetch(host).await?;
        self.tokens.locked().insert(host.clone(), (token.clone(), asked + token.lifetime()));
        Ok(token)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicU64;
    use std::sync::atomic::Ordering;
    use std::time::Duration;

    use monitor_core::MetricData;
    use monitor_test::Capture;

    use super::*;
    use crate::scripted::Scripted;
    use crate::scripted::address;

    /// Gives `token 1`, `token 2` and so on, each good for a minute.
    #[derive(Default)]
    struct Numbered(AtomicU64);

    #[async_trait]
    impl TokenSource for Numbered {
        async fn fetch(&self, _: &Address) -> Result<Token, Error> {
            let number = self.0.fetch_add(1, Ordering::Relaxed) + 1;
            Ok(Token::new(&format!("token {number}"), Duration::from_secs(60)))
        }
    }

    /// Connects after so many seconds each, while the server wants this token: how often it worked, and how many
    /// tokens were fetched.
    async fn check(seconds: &[u64], wanted: &'static str, connected: usize, fetched: u64) {
        let (cluster, source) = (Scripted::new("w1/5"), Arc::new(Numbered::default()));
        cluster.want(wanted);
        let captured = Capture::run_async(async {
            let driver = cluster.driver(1, Arc::new(TokenCache::new(source.clone())));
            let mut worked = 0;
            for seconds in seconds {
                tokio::time::sleep(Duration::from_secs(*seconds)).await;
                worked += usize::from(driver.connect(&Target::at(&address(1))).await.is_ok());
            }
            assert_eq!(worked, connected, "{seconds:?} {wanted}");
        });
        let told = captured.await;
        assert_eq!(source.0.load(Ordering::Relaxed), fetched, "{seconds:?} {wanted}");
        assert_eq!(told.point("iam.fetch_token.count", &[]), &MetricData::Counter(fetched));
    }

    #[tokio::test(start_paused = true)]
    async fn a_token_is_used_again_until_it_expires() {
        check(&[0, 10, 49], "token 1", 3, 1).await;
        check(&[0, 10, 50], "token 1", 2, 2).await;
    }

    #[tokio::test(start_paused = true)]
    async fn a_token_from_the_cache_that_is_refused_is_fetched_anew() {
        check(&[0, 1, 1], "token 2", 2, 2).await;
    }

    #[tokio::test(start_paused = true)]
    async fn a_fresh_token_that_is_refused_is_told() {
        check(&[0], "another", 0, 1).await;
    }

    #[test]
    fn a_token_does_not_show_itself() {
        assert!(!format!("{:?}", Token::new("secret", Duration::from_secs(1))).contains("secret"));
    }
}
