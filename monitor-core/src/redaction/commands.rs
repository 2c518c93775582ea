//! Which commands are sensitive, and what may be told of one.

use std::borrow::Cow;

use crate::redaction::sql::Dialect;
use crate::redaction::sql::Kind;
use crate::redaction::sql::Lexer;

/// What may be told of one command: decided when it starts, and remembered until it has ended.
///
/// ```
/// use monitor_core::redaction::{Redaction, SensitiveCommands};
///
/// let sensitive = SensitiveCommands::new();
/// let decision = sensitive.of_command("saslStart", |_| false);
/// assert_eq!(decision, Redaction::Redacted);
/// assert_eq!(decision.tell("payload"), None);
/// ```
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub enum Redaction {
    /// Nothing of what was sent and received.
    #[default]
    Redacted,
    /// Everything.
    Shown,
}

impl Redaction {
    /// Whether nothing may be told.
    #[must_use]
    pub const fn is_redacted(self) -> bool {
        matches!(self, Redaction::Redacted)
    }

    /// What may be told of a value: all of it or nothing.
    #[must_use]
    pub fn tell<T>(self, value: T) -> Option<T> {
        match self {
            Redaction::Redacted => None,
            Redaction::Shown => Some(value),
        }
    }

    /// Redacted if either is.
    #[must_use]
    pub const fn and(self, other: Redaction) -> Redaction {
        match self {
            Redaction::Redacted => self,
            Redaction::Shown => other,
        }
    }
}

/// True is redacted: what a driver says of a command by itself.
impl From<bool> for Redaction {
    fn from(sensitive: bool) -> Self {
        if sensitive { Redaction::Redacted } else { Redaction::Shown }
    }
}

/// The names of sensitive commands, each with the key that it must have to be one.
const NAMES: &[(&str, Option<&str>)] = &[
    // MongoDB.
    ("authenticate", None),
    ("copydb", None),
    ("copydbgetnonce", None),
    ("copydbsaslstart", None),
    ("createUser", None),
    ("getnonce", None),
    ("hello", Some("speculativeAuthenticate")),
    ("ismaster", Some("speculativeAuthenticate")),
    ("saslContinue", None),
    ("saslStart", None),
    ("updateUser", None),
    // Redis.
    ("auth", None),
];

/// Words of sensitive statements; `..` stands for any words between, `;` for the beginning of a statement.
const PHRASES: &[&str] = &[
    // Redis.
    "; acl setuser",
    "; auth",
    "; config set .. masterauth",
    "; config set .. requirepass",
    "; hello .. auth",
    "; migrate .. auth",
    "; migrate .. auth2",
    // SQL.
    "alter group .. password",
    "alter login",
    "alter role .. password",
    "alter server .. password",
    "alter subscription .. connection",
    "alter user",
    "; attach .. key",
    "by password",
    "change master to",
    "change replication source to",
    "create credential",
    "create database link",
    "create login",
    "create or replace user",
    "create role .. password",
    "create secret",
    "create server .. password",
    "create subscription",
    "create user",
    "identified by",
    "identified with",
    "; pragma key",
    "; pragma rekey",
    "; set password",
    "sp_addlogin",
    "sp_password",
];

/// Which commands are sensitive: those that carry a password, a key or a token.
///
/// Known from the start are MongoDB's commands, Redis' `AUTH` and its kin, and SQL statements with a password in them,
/// such as `CREATE USER` or `ALTER ROLE .. PASSWORD`. Upper and lower case are the same throughout.
///
/// ```
/// use monitor_core::redaction::{Dialect, SensitiveCommands};
///
/// let sensitive = SensitiveCommands::new().name("login").phrase("open vault .. with");
/// assert!(sensitive.of_command("LOGIN", |_| false).is_redacted());
/// assert!(sensitive.of_text("OPEN VAULT main WITH 'x'", Dialect::Unknown).is_redacted());
/// assert!(sensitive.of_text("ALTER ROLE ada PASSWORD 'x'", Dialect::PostgreSql).is_redacted());
/// assert!(!sensitive.of_text("SELECT password FROM users", Dialect::PostgreSql).is_redacted());
/// ```
#[derive(Clone, Debug, Default)]
pub struct SensitiveCommands {
    names: Vec<(Cow<'static, str>, Option<Cow<'static, str>>)>,
    phrases: Vec<Cow<'static, str>>,
}

impl SensitiveCommands {
    /// Those that are known from the start.
    #[must_use]
    pub const fn new() -> Self {
        Self { names: Vec::new(), phrases: Vec::new() }
    }

    /// The command of this name is sensitive too.
    #[must_use]
    pub fn name(mut self, name: impl Into<Cow<'static, str>>) -> Self {
        self.names.push((name.into(), None));
        self
    }

    /// The command of this name is sensitive if it has this key.
    #[must_use]
    pub fn name_with_key(
        mut self,
        name: impl Into<Cow<'static, str>>,
        key: impl Into<Cow<'static, str>>,
    ) -> Self {
        self.names.push((name.into(), Some(key.into())));
        self
    }

    /// A text in which these words follow each other is sensitive; `..` stands for any words between, `;` for the
    /// beginning of a statement.
    #[must_use]
    pub fn phrase(mut self, words: impl Into<Cow<'static, str>>) -> Self {
        self.phrases.push(words.into());
        self
    }

    /// What may be told of the command of this name; `has_key` says whether it has a key.
    pub fn of_command(&self, name: &str, has_key: impl Fn(&str) -> bool) -> Redaction {
        let own = self.names.iter().map(|(name, key)| (&**name, key.as_deref()));
        let mut known = NAMES.iter().copied().chain(own);
        Redaction::from(
            known.any(|(known, key)| name.eq_ignore_ascii_case(known) && key.is_none_or(&has_key)),
        )
    }

    /// What may be told of a text. Comments, names in quotes and literals do not count.
    #[must_use]
    pub fn of_text(&self, text: &str, dialect: Dialect) -> Redaction {
        let words = words(text, dialect);
        let own = self.phrases.iter().map(|phrase| &**phrase);
        Redaction::from(PHRASES.iter().copied().chain(own).any(|phrase| is_in(phrase, &words)))
    }
}

fn words(text: &str, dialect: Dialect) -> Vec<&str> {
    let mut words = vec![";"];
    for token in Lexer::new(text, dialect) {
        match token.kind {
            Kind::Word => words.push(token.text),
            Kind::Punctuation if token.text == ";" => words.push(";"),
            // Nobody knows what it is: each word counts.
            Kind::Unclear => {
                let parts = token.text.split(|letter: char| !letter.is_alphanumeric() && letter != '_');
                words.extend(parts.filter(|part| !part.is_empty()));
            }
            _ => {}
        }
    }
    words
}

/// Whether the parts of a phrase come one after the other.
fn is_in(phrase: &str, words: &[&str]) -> bool {
    let mut rest = words;
    phrase.split("..").all(|part| {
        let part: Vec<&str> = part.split_whitespace().collect();
        let fits =
            |window: &[&str]| window.iter().zip(&part).all(|(word, known)| word.eq_ignore_ascii_case(known));
        match rest.windows(part.len().max(1)).position(fits) {
            Some(place) => {
                rest = &rest[place + part.len()..];
                true
            }
            None => false,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::Redaction;
    use super::SensitiveCommands;
    use crate::redaction::Dialect;

    #[track_caller]
    fn check(text: &str, expected: Redaction) {
        assert_eq!(SensitiveCommands::new().of_text(text, Dialect::PostgreSql), expected, "{text}");
    }

    #[test]
    fn f67_statements_with_a_password_are_sensitive() {
        for text in [
            "create user ada with password 'x'",
            "ALTER /* quite */ ROLE \"ada\" WITH LOGIN PASSWORD 'x'",
            "SELECT 1; SET PASSWORD FOR 'ada' = 'x'",
            "CREATE USER ada 'unterminated",
            "SELECT 'x\u{0} ; alter user ada",
            "CONFIG SET save 1 requirepass hunter2",
            "AUTH hunter2",
        ] {
            check(text, Redaction::Redacted);
        }
    }

    #[test]
    fn others_are_not() {
        for text in [
            "SELECT password FROM users",
            "UPDATE users SET password = $1",
            "SELECT auth FROM t",
            "CREATE TABLE t (a int) -- create user",
            "SELECT 'create user', \"alter\" FROM user",
            "ALTER ROLE ada SET search_path = a",
            "",
        ] {
            check(text, Redaction::Shown);
        }
    }

    #[test]
    fn without_a_decision_nothing_is_told() {
        assert!(Redaction::default().is_redacted());
        assert_eq!(Redaction::Shown.and(Redaction::from(true)), Redaction::Redacted);
    }
}
