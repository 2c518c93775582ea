//! `tracestate`: what other systems need to know of a trace.

use std::fmt;
use std::str::FromStr;

use crate::propagation::HeaderError;
use crate::propagation::split;
use crate::propagation::trimmed;

const MEMBERS: usize = 32;
/// The most characters of a key, and of a value.
const PART: usize = 256;
/// The most bytes of all lines that are looked at: what 32 members can take, and as much again for spaces.
const RAW: usize = 2 * MEMBERS * (2 * PART + 2);
/// The most characters that are passed on.
const PASSED_ON: usize = 512;
/// Members longer than this go first when some have to.
const LONG: usize = 128;

const KEY: &str = "a key has 1 to 256 of `a-z 0-9 _ - * / @` and begins with a letter or digit";
const VALUE: &str =
    "a value has 1 to 256 printable characters of ASCII, none of them `,` or `=` and the last no space";
const MEMBER: &str = "a member is written `key=value`";
const COUNT: &str = "there are at most 32 members";
const LENGTH: &str = "all lines together have at most 32,896 bytes";

/// `tracestate`: what other systems need to know of a trace, a member each, who changed it last first.
///
/// Of a trace that goes on, everything is passed on as it came, in 512 characters: if it takes more, members of more than
/// 128 characters go first, the last of them before the others, and then the last members.
///
/// ```
/// use monitor_core::propagation::TraceState;
///
/// let mut state: TraceState = "rojo=00f067aa0ba902b7,congo=t61rcWkgMzE".parse()?;
/// state.insert("congo", "ucfJifl5GOE")?;
/// assert_eq!(state.to_string(), "congo=ucfJifl5GOE,rojo=00f067aa0ba902b7");
/// # Ok::<(), monitor_core::propagation::HeaderError>(())
/// ```
#[derive(Clone, Debug, Default, Eq, Hash, PartialEq)]
pub struct TraceState {
    members: Vec<(Box<str>, Box<str>)>,
}

impl TraceState {
    /// The header's name.
    pub const NAME: &'static str = "tracestate";

    /// Reads the values of all headers of this name, in their order. Of members with the same key, the first counts.
    ///
    /// # Errors
    ///
    /// A member is not as the specification says, or there are too many: then nothing of it counts.
    pub fn parse<'a>(lines: impl IntoIterator<Item = &'a [u8]>) -> Result<Self, HeaderError> {
        let mut state = Self::default();
        let (mut raw, mut count) = (0, 0);
        for line in lines {
            raw += line.len() + 1;
            if raw > RAW {
                return Err(HeaderError::new(Self::NAME, LENGTH, line));
            }
            for member in line.split(|byte| *byte == b',').map(trimmed).filter(|member| !member.is_empty()) {
                count += 1;
                if count > MEMBERS {
                    return Err(HeaderError::new(Self::NAME, COUNT, member));
                }
                let (key, value) = read(member)?;
                if state.get(key).is_none() {
                    state.members.push((key.into(), value.into()));
                }
            }
        }
        Ok(state)
    }

    /// Sets a member and puts it first. If that makes more than 32, the last one goes.
    ///
    /// # Errors
    ///
    /// Key or value is not as the specification says.
    pub fn insert(&mut self, key: &str, value: &str) -> Result<(), HeaderError> {
        let (key, value) = (checked_key(key.as_bytes())?, checked_value(value.as_bytes())?);
        self.remove(key);
        self.members.insert(0, (key.into(), value.into()));
        self.members.truncate(MEMBERS);
        Ok(())
    }

    /// Takes a member away.
    pub fn remove(&mut self, key: &str) {
        self.members.retain(|(it, _)| **it != *key);
    }

    /// The value of a member.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&str> {
        self.iter().find(|(it, _)| *it == key).map(|(_, value)| value)
    }

    /// Keys and values, in their order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.members.iter().map(|(key, value)| (&**key, &**value))
    }

    /// How many members there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.members.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    /// What is passed on: whole members, in at most 512 characters.
    #[must_use]
    pub fn to_header(&self) -> String {
        let mut passed = self.clone();
        while passed.length() > PASSED_ON {
            let long = passed.members.iter().rposition(|(key, value)| key.len() + 1 + value.len() > LONG);
            match long {
                Some(place) => drop(passed.members.remove(place)),
                None => drop(passed.members.pop()),
            }
        }
        passed.to_string()
    }

    fn length(&self) -> usize {
        self.iter().map(|(key, value)| key.len() + value.len() + 2).sum::<usize>().saturating_sub(1)
    }
}

impl FromStr for TraceState {
    type Err = HeaderError;

    fn from_str(text: &str) -> Result<Self, HeaderError> {
        Self::parse([text.as_bytes()])
    }
}

impl fmt::Display for TraceState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, (key, value)) in self.iter().enumerate() {
            write!(f, "{}{key}={value}", if place == 0 { "" } else { "," })?;
        }
        Ok(())
    }
}

fn read(member: &[u8]) -> Result<(&str, &str), HeaderError> {
    let (key, Some(value)) = split(member, b'=') else {
        return Err(HeaderError::new(TraceState::NAME, MEMBER, member));
    };
    Ok((checked_key(key)?, checked_value(value)?))
}

fn checked_key(key: &[u8]) -> Result<&str, HeaderError> {
    let plain = |byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let right = key.len() <= PART
        && key.first().is_some_and(plain)
        && key.iter().all(|byte| plain(byte) || b"_-*/@".contains(byte));
    checked(key, right, KEY)
}

fn checked_value(value: &[u8]) -> Result<&str, HeaderError> {
    let right = value.len() <= PART
        && value.last().is_some_and(|last| *last != b' ')
        && value.iter().all(|byte| matches!(byte, b' '..=b'~') && !b",=".contains(byte));
    checked(value, right, VALUE)
}

fn checked<'a>(text: &'a [u8], right: bool, what: &'static str) -> Result<&'a str, HeaderError> {
    let wrong = || HeaderError::new(TraceState::NAME, what, text);
    std::str::from_utf8(text).ok().filter(|_| right).ok_or_else(wrong)
}
