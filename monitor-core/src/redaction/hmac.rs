//! Keyed hashes, so that equal values can be recognised and nothing else.

use std::fmt;

use hmac::Hmac;
use hmac::KeyInit as _;
use hmac::Mac as _;
use sha2::Sha256;

/// A key for HMAC-SHA-256, and the name that it goes by in what is hashed with it.
///
/// ```
/// use monitor_core::redaction::{HmacKey, Policy, Sensitive, Treatment};
///
/// let key = HmacKey::new("2026-01", b"at least thirty-two random bytes");
/// let policy = Policy::new().sensitive(Treatment::Hmac(key));
/// let mail = Sensitive::new("ada@example.org");
/// assert!(policy.show(&mail).as_str().starts_with("hmac:2026-01:"));
/// ```
#[derive(Clone)]
pub struct HmacKey {
    id: Box<str>,
    mac: Hmac<Sha256>,
}

impl HmacKey {
    /// A key; `id` says which one it was, when keys change.
    #[must_use]
    pub fn new(id: &str, key: &[u8]) -> Self {
        // A key may have any length, so this one is never too short or too long.
        let mac = Hmac::new_from_slice(key).expect("HMAC takes keys of any length");
        Self { id: id.into(), mac }
    }

    /// `hmac:ID:HEX`
    pub(crate) fn hash(&self, value: &[u8]) -> String {
        let hash = self.mac.clone().chain_update(value).finalize().into_bytes();
        let mut text = format!("hmac:{}:", self.id);
        for byte in hash {
            const DIGITS: &[u8; 16] = b"0123456789abcdef";
            text.push(char::from(DIGITS[usize::from(byte >> 4)]));
            text.push(char::from(DIGITS[usize::from(byte & 15)]));
        }
        text
    }
}

/// Shows the name of the key alone.
impl fmt::Debug for HmacKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HmacKey").field("id", &self.id).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::HmacKey;

    #[test]
    fn f67_the_second_case_of_rfc_4231() {
        let key = HmacKey::new("k", b"Jefe");
        let hash = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
        assert_eq!(key.hash(b"what do ya want for nothing?"), format!("hmac:k:{hash}"));
        assert_eq!(format!("{key:?}"), "HmacKey { id: \"k\", .. }");
    }
}
