//! What to log in with.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

use crate::Address;
use crate::Error;

/// What to log in with: a text that is good for a while. It never shows itself.
#[derive(Clone)]
pub struct Token {
    text: Arc<str>,
    lifetime: Duration,
}

/// Gives tokens.
#[async_trait]
pub trait TokenSource: Send + Sync + 'static {
    /// A fresh token for a host.
    async fn fetch(&self, host: &Address) -> Result<Token, Error>;
}

impl Token {
    /// A token that is good for so long from now on.
    pub fn new(text: &str, lifetime: Duration) -> Self {
        Self { text: text.into(), lifetime }
    }

    /// How long it is good for, from when it was made.
    pub fn lifetime(&self) -> Duration {
        self.lifetime
    }

    /// The secret itself: for the server, and for nobody else.
    pub fn reveal(&self) -> &str {
        &self.text
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Token(for {:?})", self.lifetime)
    }
}
