//! How delicate a value is, and what is done with it.

use std::borrow::Cow;
use std::fmt;

use crate::model::FieldValue;
use crate::model::Value;
#[cfg(feature = "hmac")]
use crate::redaction::HmacKey;
use crate::redaction::Sensitive;
use crate::redaction::sensitive::ERASED;

/// How delicate a value is.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Class {
    /// For those who run the program: the name of a host, an identifier.
    Internal,
    /// For everybody.
    Public,
    /// For nobody: a password, a key.
    Secret,
    /// Of a person, or of a customer.
    Sensitive,
    /// Nobody has said; always erased.
    #[default]
    Unknown,
}

/// A type that says how delicate its values are.
///
/// Whoever does not say it gets [`Class::Unknown`], which is erased.
///
/// ```
/// use std::borrow::Cow;
///
/// use monitor_core::monitored;
/// use monitor_core::redaction::{Class, Classified, Policy};
///
/// struct Tenant(&'static str);
///
/// impl Classified for Tenant {
///     fn class(&self) -> Class {
///         Class::Internal
///     }
///
///     fn text(&self) -> Cow<'_, str> {
///         self.0.into()
///     }
/// }
///
/// static POLICY: Policy = Policy::new();
///
/// #[monitored(fields(tenant = POLICY.show(tenant)))]
/// fn bill(tenant: &Tenant) {}
///
/// bill(&Tenant("acme"));
/// assert_eq!(POLICY.show(&Tenant("acme")).to_string(), "acme");
/// ```
pub trait Classified {
    /// How delicate this value is.
    fn class(&self) -> Class {
        Class::Unknown
    }

    /// The value as text. Called only where the policy does not erase it.
    fn text(&self) -> Cow<'_, str>;
}

impl<C: Classified + ?Sized> Classified for &C {
    fn class(&self) -> Class {
        C::class(self)
    }

    fn text(&self) -> Cow<'_, str> {
        C::text(self)
    }
}

impl<T: fmt::Display> Classified for Sensitive<T> {
    fn class(&self) -> Class {
        Class::Sensitive
    }

    fn text(&self) -> Cow<'_, str> {
        self.expose().to_string().into()
    }
}

/// What is done with the values of a class.
#[non_exhaustive]
#[derive(Clone, Debug)]
pub enum Treatment {
    /// Nothing of the value is told.
    Erase,
    /// A keyed hash is told, so that equal values can be recognised.
    #[cfg(feature = "hmac")]
    Hmac(HmacKey),
    /// The value is told.
    Keep,
}

/// What is done with the values of each class.
///
/// As it comes, what is public or internal is kept, and everything else erased. For [`Class::Unknown`] there is no
/// choice: it is erased.
#[derive(Clone, Debug)]
pub struct Policy {
    internal: Treatment,
    public: Treatment,
    secret: Treatment,
    sensitive: Treatment,
}

impl Default for Policy {
    fn default() -> Self {
        Self::new()
    }
}

impl Policy {
    /// Keeps what is public or internal, and erases everything else.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            internal: Treatment::Keep,
            public: Treatment::Keep,
            secret: Treatment::Erase,
            sensitive: Treatment::Erase,
        }
    }

    /// What is done with internal values.
    #[must_use]
    pub fn internal(mut self, treatment: Treatment) -> Self {
        self.internal = treatment;
        self
    }

    /// What is done with public values.
    #[must_use]
    pub fn public(mut self, treatment: Treatment) -> Self {
        self.public = treatment;
        self
    }

    /// What is done with secret values.
    #[must_use]
    pub fn secret(mut self, treatment: Treatment) -> Self {
        self.secret = treatment;
        self
    }

    /// What is done with sensitive values.
    #[must_use]
    pub fn sensitive(mut self, treatment: Treatment) -> Self {
        self.sensitive = treatment;
        self
    }

    /// The value as it may be told.
    pub fn show<'a>(&self, value: &'a (impl Classified + ?Sized)) -> Shown<'a> {
        let treatment = match value.class() {
            Class::Internal => &self.internal,
            Class::Public => &self.public,
            Class::Secret => &self.secret,
            Class::Sensitive => &self.sensitive,
            Class::Unknown => &Treatment::Erase,
        };
        Shown(match treatment {
            Treatment::Erase => Cow::Borrowed(ERASED),
            #[cfg(feature = "hmac")]
            Treatment::Hmac(key) => Cow::Owned(key.hash(value.text().as_bytes())),
            Treatment::Keep => value.text(),
        })
    }
}

/// A value as it may be told: itself, its keyed hash, or `<redacted>`. Can be a field as it is.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Shown<'a>(Cow<'a, str>);

impl Shown<'_> {
    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl Value for Shown<'_> {
    fn field(&self) -> Option<FieldValue<'_>> {
        Some(FieldValue::Text(Cow::Borrowed(&self.0)))
    }
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use super::Class;
    use super::Classified;
    use super::Policy;
    use super::Treatment;
    use crate::redaction::Sensitive;

    struct Of(Class);

    impl Classified for Of {
        fn class(&self) -> Class {
            self.0
        }

        fn text(&self) -> Cow<'_, str> {
            "text".into()
        }
    }

    struct Undecided;

    impl Classified for Undecided {
        fn text(&self) -> Cow<'_, str> {
            unreachable!("what is erased is not even read")
        }
    }

    #[test]
    fn f67_what_nobody_has_classified_is_erased_whatever_the_policy_says() {
        let policy = Policy::new()
            .internal(Treatment::Keep)
            .public(Treatment::Keep)
            .secret(Treatment::Keep)
            .sensitive(Treatment::Keep);
        assert_eq!(policy.show(&Undecided).as_str(), "<redacted>");
        assert_eq!(policy.show(&Of(Class::Secret)).as_str(), "text");
    }

    #[test]
    fn f67_secrets_and_sensitive_values_are_erased_as_it_comes() {
        let policy = Policy::default();
        let shown = [Class::Internal, Class::Public, Class::Secret, Class::Sensitive, Class::Unknown]
            .map(|class| policy.show(&Of(class)).to_string());
        assert_eq!(shown, ["text", "text", "<redacted>", "<redacted>", "<redacted>"]);
        assert_eq!(policy.show(&Sensitive::new("x")).as_str(), "<redacted>");
    }
}
