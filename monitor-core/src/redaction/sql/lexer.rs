//! A text in parts: what is a literal, what a name, what a comment.
//!
//! Each byte is looked at a bounded number of times. Where the rules of the dialect leave open what a part is, or where
//! a literal does not end, the part is [`Kind::Unclear`] and reaches to the end of the text.

use crate::redaction::sql::Dialect;

/// What a part of a text is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Kind {
    Comment,
    Literal,
    /// A name in quotes of whatever kind.
    Name,
    /// Stands for a value already: `?`, `$1`, `:name`, `@p1`.
    Placeholder,
    /// One character with no part in anything else.
    Punctuation,
    Space,
    /// The rest of the text, of which nothing may be told.
    Unclear,
    Word,
}

/// A part of a text.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Token<'a> {
    pub(crate) kind: Kind,
    pub(crate) text: &'a str,
    /// A literal in which a backslash stands before a quote, so that it depends on a setting where it ends.
    pub(crate) doubtful: bool,
}

/// What a backslash does in a string.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Backslash {
    /// Escapes what follows.
    Escapes,
    /// Nobody knows.
    Perhaps,
    /// Is a character like any other.
    Stays,
}

/// Takes a text apart.
pub(crate) struct Lexer<'a> {
    rest: &'a str,
    dialect: Dialect,
    /// The last part that was neither space nor comment.
    before: &'a str,
    /// What a backslash does in a string that goes on after white space, as PostgreSQL has it.
    continued: Option<Backslash>,
}

/// How long a part is and what it is; none where it is unclear.
type Found = Option<(usize, Kind)>;

impl<'a> Lexer<'a> {
    pub(crate) fn new(text: &'a str, dialect: Dialect) -> Self {
        Self { rest: text, dialect, before: "", continued: None }
    }

    fn part(&mut self) -> Found {
        let rest = self.rest.as_bytes();
        let (first, second) = (rest[0], rest.get(1).copied().unwrap_or_default());
        match first {
            b'-' if second == b'-' => self.line_comment(),
            b'#' => self.hash(),
            b'/' if second == b'*' => self.block_comment(),
            // The end of what MySQL reads in a comment.
            b'*' if second == b'/' && self.dialect == Dialect::MySql => Some((2, Kind::Comment)),
            b'\'' => self.string(0),
            b'"' => self.double_quoted(),
            b'`' => self.backquoted(),
            b'[' if self.dialect == Dialect::Mssql => self.until(1, b']', true, Kind::Name),
            b'[' if self.dialect == Dialect::Sqlite => self.until(1, b']', false, Kind::Name),
            b'0'..=b'9' => Some((self.number(), Kind::Literal)),
            b'.' if second.is_ascii_digit() => Some((self.number(), Kind::Literal)),
            b'$' => self.dollar(),
            b'?' => Some(self.question_mark()),
            b':' => Some(self.colon(second)),
            b'@' => Some(self.at_sign()),
            _ => self.other(),
        }
    }

    fn line_comment(&self) -> Found {
        let spaced = self.rest.as_bytes().get(2).is_none_or(|third| third.is_ascii_whitespace());
        if self.dialect == Dialect::MySql && !spaced {
            return Some((1, Kind::Punctuation));
        }
        let line = line(self.rest);
        match self.dialect {
            Dialect::Unknown if !spaced && may_open(&line[2..]) => return None,
            _ => {}
        }
        ends_clearly(line).then_some((line.len(), Kind::Comment))
    }

    fn hash(&self) -> Found {
        match self.dialect {
            Dialect::MySql => {
                let line = line(self.rest);
                ends_clearly(line).then_some((line.len(), Kind::Comment))
            }
            Dialect::Unknown => None,
            // The name of a temporary table.
            Dialect::Mssql => Some((word(self.rest, self.dialect).max(1), Kind::Word)),
            _ => Some((1, Kind::Punctuation)),
        }
    }

    fn block_comment(&self) -> Found {
        let executed = self.rest.starts_with("/*!") || self.rest.starts_with("/*M!");
        match self.dialect {
            // What is in it is read like everything else.
            Dialect::MySql if executed => {
                let digits = |letter: char| letter == '!' || letter == 'M' || letter.is_ascii_digit();
                let opening = self.rest[2..].find(|letter| !digits(letter));
                return Some((opening.map_or(self.rest.len(), |end| end + 2), Kind::Comment));
            }
            Dialect::Unknown if executed => return None,
            _ => {}
        }
        let nests = matches!(self.dialect, Dialect::Mssql | Dialect::PostgreSql | Dialect::Unknown);
        let (mut depth, mut place) = (1_usize, 2);
        loop {
            let rest = &self.rest[place..];
            let Some(next) = rest.find(['*', '/']) else { return Some((self.rest.len(), Kind::Comment)) };
            let mark = &rest.as_bytes()[next..];
            place += next + 1;
            if mark.starts_with(b"*/") {
                place += 1;
                depth -= 1;
                if depth == 0 {
                    return Some((place, Kind::Comment));
                }
            } else if nests && mark.starts_with(b"/*") {
                if self.dialect == Dialect::Unknown {
                    return None;
                }
                place += 1;
                depth += 1;
            }
        }
    }

    /// A string whose quote is at `start`.
    fn string(&mut self, start: usize) -> Found {
        let backslash = self.continued.unwrap_or(match self.dialect {
            Dialect::MySql => Backslash::Escapes,
            Dialect::Unknown => Backslash::Perhaps,
            _ => Backslash::Stays,
        });
        self.string_with(start, b'\'', backslash)
    }

    fn string_with(&mut self, start: usize, quote: u8, backslash: Backslash) -> Found {
        let bytes = self.rest.as_bytes();
        // Three quotes are one to some.
        if self.dialect == Dialect::Unknown && bytes[start..].starts_with(&[quote; 3]) {
            return None;
        }
        let mut place = start + 1;
        loop {
            let skipped = bytes[place..].iter().position(|byte| *byte == quote || *byte == b'\\')?;
            place += skipped;
            if bytes[place] == b'\\' {
                let next = *bytes.get(place + 1)?;
                place += match backslash {
                    Backslash::Escapes => 2,
                    Backslash::Perhaps if next == quote || next == b'\\' => return None,
                    _ => 1,
                };
                continue;
            }
            place += 1;
            if bytes.get(place) != Some(&quote) {
                self.continued = (self.dialect == Dialect::PostgreSql).then_some(backslash);
                return Some((place, Kind::Literal));
            }
            place += 1;
        }
    }

    /// A string to MySQL, a name to most others; to SQLite one or the other, by what fits.
    fn double_quoted(&mut self) -> Found {
        match self.dialect {
            Dialect::Command | Dialect::MySql => self.string_with(0, b'"', Backslash::Escapes),
            Dialect::Mssql | Dialect::Oracle | Dialect::PostgreSql => self.until(1, b'"', true, Kind::Name),
            Dialect::Sqlite | Dialect::Unknown => {
                let backslash = match self.dialect {
                    Dialect::Sqlite => Backslash::Stays,
                    _ => Backslash::Perhaps,
                };
                let (end, _) = self.string_with(0, b'"', backslash)?;
                // No value can stand there.
                let names = ["FROM", "INTO", "JOIN", "TABLE", "UPDATE"];
                let after_name = names.iter().any(|word| self.before.eq_ignore_ascii_case(word));
                let dotted = self.before == "." || self.rest.as_bytes().get(end) == Some(&b'.');
                Some((end, if after_name || dotted { Kind::Name } else { Kind::Literal }))
            }
        }
    }

    fn backquoted(&self) -> Found {
        match self.dialect {
            Dialect::Mssql | Dialect::Oracle | Dialect::PostgreSql => Some((1, Kind::Punctuation)),
            Dialect::Unknown => {
                let found = self.until(1, b'`', true, Kind::Name)?;
                (!self.rest[..found.0].contains(['\'', '"', '\\'])).then_some(found)
            }
            _ => self.until(1, b'`', true, Kind::Name),
        }
    }

    /// What reaches to this mark; two of them stand for one where they are `doubled`.
    fn until(&self, start: usize, mark: u8, doubled: bool, kind: Kind) -> Found {
        let bytes = self.rest.as_bytes();
        let mut place = start;
        loop {
            place += bytes[place..].iter().position(|byte| *byte == mark)? + 1;
            if !doubled || bytes.get(place) != Some(&mark) {
                return Some((place, kind));
            }
            place += 1;
        }
    }

    /// A number, with every letter that follows it.
    fn number(&self) -> usize {
        let bytes = self.rest.as_bytes();
        let hexadecimal = bytes.len() > 1 && bytes[0] == b'0' && bytes[1].eq_ignore_ascii_case(&b'x');
        let mut place = 0_usize;
        for letter in self.rest.chars() {
            let before = place.checked_sub(1).map(|before| bytes[before].to_ascii_lowercase());
            let sign = matches!(letter, '+' | '-') && before == Some(b'e') && !hexadecimal;
            if !(letter.is_alphanumeric() || matches!(letter, '.' | '_') || sign) {
                break;
            }
            place += letter.len_utf8();
        }
        place
    }

    fn dollar(&self) -> Found {
        let digits = self.rest[1..].bytes().take_while(u8::is_ascii_digit).count();
        if digits > 0 {
            let number = 1 + Lexer { rest: &self.rest[1..], continued: None, ..*self }.number();
            let literal = self.dialect == Dialect::Mssql || number > digits + 1;
            return Some((number, if literal { Kind::Literal } else { Kind::Placeholder }));
        }
        if matches!(self.dialect, Dialect::PostgreSql | Dialect::Unknown) {
            let ends = |letter: char| {
                letter == '$' || (letter.is_ascii() && !letter.is_alphanumeric() && letter != '_')
            };
            let tag = 1 + self.rest[1..].find(ends).unwrap_or(self.rest.len() - 1);
            if self.rest[tag..].starts_with('$') {
                let tag = &self.rest[..=tag];
                let body = self.rest[tag.len()..].find(tag)?;
                return Some((body + 2 * tag.len(), Kind::Literal));
            }
        }
        match word(&self.rest[1..], Dialect::Command) {
            0 => Some((1, Kind::Punctuation)),
            name if self.dialect == Dialect::Sqlite => Some((1 + name, Kind::Placeholder)),
            name => Some((1 + name, Kind::Word)),
        }
    }

    fn question_mark(&self) -> (usize, Kind) {
        let digits = self.rest[1..].bytes().take_while(u8::is_ascii_digit).count();
        match self.dialect {
            Dialect::Sqlite => (1 + digits, Kind::Placeholder),
            _ if digits > 0 => (1 + digits, Kind::Literal),
            _ => (1, Kind::Placeholder),
        }
    }

    fn colon(&self, second: u8) -> (usize, Kind) {
        let numbered = matches!(self.dialect, Dialect::Oracle | Dialect::Sqlite);
        match word(&self.rest[1..], Dialect::Command) {
            _ if second == b':' => (2, Kind::Punctuation),
            0 => (1, Kind::Punctuation),
            _ if second.is_ascii_digit() && !numbered => (1, Kind::Punctuation),
            name => (1 + name, Kind::Placeholder),
        }
    }

    fn at_sign(&self) -> (usize, Kind) {
        let signs = self.rest.bytes().take(2).take_while(|byte| *byte == b'@').count();
        let name = &self.rest[signs..];
        match word(name, Dialect::Command) {
            0 => (1, Kind::Punctuation),
            _ if name.starts_with(|first: char| first.is_ascii_digit()) => (1, Kind::Punctuation),
            length => (signs + length, Kind::Placeholder),
        }
    }

    fn other(&mut self) -> Found {
        let first = self.rest.chars().next()?;
        if first.is_whitespace() {
            let end = self.rest.find(|letter: char| !letter.is_whitespace());
            return Some((end.unwrap_or(self.rest.len()), Kind::Space));
        }
        if !(first.is_alphabetic() || first == '_' || !first.is_ascii()) {
            return Some((first.len_utf8(), Kind::Punctuation));
        }
        let end = word(self.rest, self.dialect);
        let name = &self.rest[..end];
        if self.rest[end..].starts_with('\'') {
            return self.prefixed(name);
        }
        let truth = name.eq_ignore_ascii_case("true") || name.eq_ignore_ascii_case("false");
        Some((end, if truth { Kind::Literal } else { Kind::Word }))
    }

    /// A word with a string right behind it.
    fn prefixed(&mut self, name: &str) -> Found {
        let end = name.len();
        let is = |prefix: &str| name.eq_ignore_ascii_case(prefix);
        match self.dialect {
            Dialect::Oracle if is("q") || is("nq") => return self.alternative(end),
            Dialect::Unknown if is("q") || is("nq") || is("r") => return None,
            Dialect::PostgreSql if is("e") => return self.string_with(end, b'\'', Backslash::Escapes),
            _ => {}
        }
        if ["b", "e", "n", "x"].iter().any(|prefix| is(prefix)) || name.starts_with('_') {
            return self.string(end);
        }
        Some((end, Kind::Word))
    }

    /// `q'[it's]'`
    fn alternative(&self, start: usize) -> Found {
        let rest = &self.rest[start + 1..];
        let open = rest.chars().next()?;
        let close = match open {
            '(' => ')',
            '<' => '>',
            '[' => ']',
            '{' => '}',
            other => other,
        };
        let body = &rest[open.len_utf8()..];
        let end = body.find(&format!("{close}'"))?;
        Some((start + 1 + open.len_utf8() + end + close.len_utf8() + 1, Kind::Literal))
    }
}

impl<'a> Iterator for Lexer<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        if self.rest.is_empty() {
            return None;
        }
        let (length, kind) = self.part().unwrap_or((self.rest.len(), Kind::Unclear));
        let (text, rest) = self.rest.split_at(length);
        self.rest = rest;
        if !matches!(kind, Kind::Comment | Kind::Space) {
            self.before = text;
            if kind != Kind::Literal {
                self.continued = None;
            }
        }
        let doubtful = kind == Kind::Literal && (text.contains("\\'") || text.contains("\\\""));
        Some(Token { kind, text, doubtful })
    }
}

/// The rest of the line.
fn line(text: &str) -> &str {
    text.split_inclusive('\n').next().unwrap_or(text)
}

/// Whether all agree on where a line ends: some take a carriage return alone for an end.
fn ends_clearly(line: &str) -> bool {
    !line.trim_end_matches(['\r', '\n']).contains('\r')
}

/// Whether something could begin in here, if it is no comment.
fn may_open(text: &str) -> bool {
    text.contains(['\'', '"', '`', '$', '#', '[']) || text.contains("/*")
}

/// How long the word is that a text begins with.
fn word(text: &str, dialect: Dialect) -> usize {
    let more: &[char] = match dialect {
        Dialect::Mssql => &['#', '$', '@', '_'],
        Dialect::Oracle => &['#', '$', '_'],
        _ => &['$', '_'],
    };
    // White space beyond ASCII ends a word as well, since nobody means it to be a part of one.
    let belongs = |letter: char| {
        letter.is_alphanumeric() || more.contains(&letter) || (!letter.is_ascii() && !letter.is_whitespace())
    };
    text.find(|letter| !belongs(letter)).unwrap_or(text.len())
}
