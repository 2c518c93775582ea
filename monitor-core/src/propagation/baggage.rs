//! `baggage`: what the application passes along.

use std::fmt;
use std::str::FromStr;

use crate::propagation::HeaderError;
use crate::propagation::percent;
use crate::propagation::split;
use crate::propagation::trimmed;

const MEMBERS: usize = 64;
/// The most bytes, over all lines.
const BYTES: usize = 8_192;

const KEY: &str = "a key has letters, digits and ``! # $ % & ' * + - . ^ _ ` | ~`` alone, and one at least";
const COUNT: &str = "there are at most 64 members";
const LENGTH: &str = "all lines together have at most 8,192 bytes";
const PROPERTIES: &str = "properties are written `key` or `key=value`, with `;` between them";

/// `baggage`: what the application passes along to all that its call leads to, as W3C Baggage has it.
///
/// Keys and values are text; values may be any. It is told to everybody down the line: no secrets in it.
///
/// ```
/// use monitor_core::propagation::Baggage;
///
/// let mut baggage: Baggage = "tenant=blue%20whale,plan=free;trial".parse()?;
/// assert_eq!(baggage.get("tenant"), Some("blue whale"));
/// baggage.insert("plan", "paid, in full")?;
/// assert_eq!(baggage.to_string(), "tenant=blue%20whale,plan=paid%2C%20in%20full");
/// # Ok::<(), monitor_core::propagation::HeaderError>(())
/// ```
#[derive(Clone, Debug, Default, Eq, Hash, PartialEq)]
pub struct Baggage {
    members: Vec<Member>,
}

#[derive(Clone, Debug, Eq, Hash, PartialEq)]
struct Member {
    key: Box<str>,
    value: Box<str>,
    /// As they are written.
    properties: Box<str>,
}

impl Baggage {
    /// The header's name.
    pub const NAME: &'static str = "baggage";

    /// Reads the values of all headers of this name, in their order. A member that is not as the specification says is
    /// left out, as are those beyond 64. Of members with the same key, the last counts.
    ///
    /// # Errors
    ///
    /// The lines have more than 8,192 bytes: then none of them is read.
    pub fn parse<'a>(lines: impl IntoIterator<Item = &'a [u8]>) -> Result<Self, HeaderError> {
        let lines: Vec<_> = lines.into_iter().collect();
        // As if they were one, with a comma between them.
        if lines.iter().map(|line| line.len() + 1).sum::<usize>() > BYTES + 1 {
            return Err(HeaderError::new(Self::NAME, LENGTH, lines.first().copied().unwrap_or_default()));
        }
        let mut baggage = Self::default();
        for member in lines.iter().flat_map(|line| line.split(|byte| *byte == b',')).filter_map(read) {
            baggage.put(member);
        }
        Ok(baggage)
    }

    /// Sets a member, in the place of the one that has this key.
    ///
    /// # Errors
    ///
    /// The key is no token, or there are 64 others.
    pub fn insert(&mut self, key: &str, value: &str) -> Result<(), HeaderError> {
        self.insert_with(key, value, "")
    }

    /// Sets a member that has properties, as in `trial;until=friday`.
    ///
    /// # Errors
    ///
    /// The key is no token, the properties are not written so, or there are 64 others.
    pub fn insert_with(&mut self, key: &str, value: &str, properties: &str) -> Result<(), HeaderError> {
        if !is_token(key.as_bytes()) {
            return Err(HeaderError::new(Self::NAME, KEY, key.as_bytes()));
        }
        let wrong = || HeaderError::new(Self::NAME, PROPERTIES, properties.as_bytes());
        let properties = read_properties(properties.as_bytes()).ok_or_else(wrong)?;
        match self.put(Member { key: key.into(), value: value.into(), properties }) {
            true => Ok(()),
            false => Err(HeaderError::new(Self::NAME, COUNT, key.as_bytes())),
        }
    }

    /// Takes a member away.
    pub fn remove(&mut self, key: &str) {
        self.members.retain(|member| *member.key != *key);
    }

    /// The value of a member.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&str> {
        self.iter().find(|(it, _)| *it == key).map(|(_, value)| value)
    }

    /// The properties of a member, as they are written; empty where there is none.
    #[must_use]
    pub fn properties(&self, key: &str) -> &str {
        self.members.iter().find(|member| *member.key == *key).map_or("", |member| &member.properties)
    }

    /// Keys and values, in their order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.members.iter().map(|member| (&*member.key, &*member.value))
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

    /// Tells whether there was room.
    fn put(&mut self, member: Member) -> bool {
        let known = self.members.iter().position(|it| it.key == member.key);
        match known {
            Some(place) => self.members[place] = member,
            None if self.members.len() < MEMBERS => self.members.push(member),
            None => return false,
        }
        true
    }
}

impl FromStr for Baggage {
    type Err = HeaderError;

    fn from_str(text: &str) -> Result<Self, HeaderError> {
        Self::parse([text.as_bytes()])
    }
}

/// What is passed on: whole members, as many as there is room for in 8,192 bytes.
impl fmt::Display for Baggage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = String::new();
        for Member { key, value, properties } in &self.members {
            let before = text.len();
            text.push_str(if before == 0 { "" } else { "," });
            text.push_str(key);
            text.push('=');
            percent::encode(value, &mut text);
            text.push_str(if properties.is_empty() { "" } else { ";" });
            text.push_str(properties);
            if text.len() > BYTES {
                text.truncate(before);
            }
        }
        f.write_str(&text)
    }
}

fn read(member: &[u8]) -> Option<Member> {
    let (member, properties) = split(member, b';');
    let (key, value) = split(member, b'=');
    let (key, value) = (trimmed(key), trimmed(value?));
    let right = is_token(key) && value.iter().all(|byte| percent::is_plain(*byte));
    let key = std::str::from_utf8(key).ok().filter(|_| right)?;
    let properties = read_properties(properties.unwrap_or_default())?;
    Some(Member { key: key.into(), value: percent::decode(value).into(), properties })
}

/// Properties as they are written, without the spaces.
fn read_properties(written: &[u8]) -> Option<Box<str>> {
    let mut properties = String::new();
    for property in written.split(|byte| *byte == b';').map(trimmed).filter(|it| !it.is_empty()) {
        let (key, value) = split(property, b'=');
        let (key, value) = (trimmed(key), value.map(trimmed));
        let right = is_token(key) && value.unwrap_or_default().iter().all(|byte| percent::is_plain(*byte));
        properties.push_str(if properties.is_empty() { "" } else { ";" });
        properties.push_str(std::str::from_utf8(key).ok().filter(|_| right)?);
        if let Some(value) = value {
            properties.push('=');
            properties.push_str(std::str::from_utf8(value).ok()?);
        }
    }
    Some(properties.into())
}

/// Whether this is a token, as HTTP has it.
fn is_token(text: &[u8]) -> bool {
    let fits = |byte: &u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(byte);
    !text.is_empty() && text.iter().all(fits)
}
