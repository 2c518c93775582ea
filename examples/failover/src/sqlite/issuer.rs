//! Tokens that the servers of one cluster understand.

use std::hash::BuildHasher;
use std::hash::RandomState;
use std::time::Duration;
use std::time::SystemTime;
use std::time::UNIX_EPOCH;

use async_trait::async_trait;

use crate::Address;
use crate::Error;
use crate::Token;
use crate::TokenSource;

/// Gives tokens, and tells whether one is good: each is for one server and ends at a time, and both are signed.
///
/// The signature is SipHash under a key that the standard library draws for this value, which is what SipHash was
/// made for; it never leaves the process.
#[derive(Debug)]
pub struct Issuer {
    key: RandomState,
    lifetime: Duration,
}

impl Issuer {
    /// An issuer of tokens that are good for so long.
    pub(super) fn new(lifetime: Duration) -> Self {
        Self { key: RandomState::new(), lifetime }
    }

    /// A token for a server.
    pub(super) fn issue(&self, host: &Address) -> Token {
        let expires = now() + self.lifetime;
        Token::new(&self.signed(host, expires.as_millis()), self.lifetime)
    }

    /// Says why a token is no good for a server.
    pub(super) fn check(&self, host: &Address, text: &str) -> Result<(), &'static str> {
        let expires = text.split('.').next().and_then(|expires| expires.parse::<u128>().ok());
        let expires = expires.ok_or("this is no token")?;
        if self.signed(host, expires) != text {
            return Err("the token was signed by somebody else, or for another host");
        }
        if expires <= now().as_millis() { Err("the token has expired") } else { Ok(()) }
    }

    fn signed(&self, host: &Address, expires: u128) -> String {
        format!("{expires}.{:016x}", self.key.hash_one((host, expires)))
    }
}

#[async_trait]
impl TokenSource for Issuer {
    async fn fetch(&self, host: &Address) -> Result<Token, Error> {
        Ok(self.issue(host))
    }
}

fn now() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_good_for_its_host_until_it_expires() {
        let (here, there) = (Address::new("a", 1), Address::new("a", 2));
        let issuer = Issuer::new(Duration::from_secs(60));
        let token = issuer.issue(&here);
        assert_eq!(issuer.check(&here, token.reveal()), Ok(()));
        assert!(issuer.check(&there, token.reveal()).unwrap_err().contains("another host"));
        let stranger = Issuer::new(Duration::from_secs(60));
        assert!(stranger.check(&here, token.reveal()).unwrap_err().contains("somebody else"));
        assert_eq!(issuer.check(&here, "open sesame"), Err("this is no token"));
    }

    #[test]
    fn an_expired_token_is_no_good() {
        let (host, issuer) = (Address::new("a", 1), Issuer::new(Duration::ZERO));
        assert_eq!(issuer.check(&host, issuer.issue(&host).reveal()), Err("the token has expired"));
    }
}
