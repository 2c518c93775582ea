//! One line, read from its beginning: what both formats have in common.

use crate::openmetrics::error::ParseError;
use crate::openmetrics::number::number;

/// Which format a line is in.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Dialect {
    /// One blank between parts, any escape.
    OpenMetrics,
    /// Blanks and tabs between parts, a comma after the last label, three escapes.
    Text,
}

/// What is left of a line.
#[derive(Clone, Debug)]
pub(crate) struct Line<'a> {
    pub(crate) number: usize,
    pub(crate) rest: &'a str,
    dialect: Dialect,
}

impl<'a> Line<'a> {
    pub(crate) fn new(number: usize, rest: &'a str, dialect: Dialect) -> Self {
        Self { number, rest, dialect }
    }

    /// Says what should have been here.
    pub(crate) fn expected<T>(&self, expected: impl Into<String>) -> Result<T, ParseError> {
        Err(ParseError::new(self.number, expected, self.rest))
    }

    /// Goes past this text if it is next.
    pub(crate) fn take(&mut self, text: &str) -> bool {
        let rest = self.rest.strip_prefix(text);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    pub(crate) fn expect(&mut self, text: &str) -> Result<(), ParseError> {
        if self.take(text) { Ok(()) } else { self.expected(format!("`{text}`")) }
    }

    /// Goes past blanks where the format has any number of them.
    pub(crate) fn skip_blanks(&mut self) {
        if self.dialect == Dialect::Text {
            self.rest = self.rest.trim_start_matches([' ', '\t']);
        }
    }

    /// Goes past what separates two parts.
    pub(crate) fn separator(&mut self) -> Result<(), ParseError> {
        match self.dialect {
            Dialect::OpenMetrics => self.expect(" "),
            Dialect::Text if self.rest.starts_with([' ', '\t']) => {
                self.skip_blanks();
                Ok(())
            }
            Dialect::Text => self.expected("a blank"),
        }
    }

    /// Everything up to the next blank.
    pub(crate) fn word(&mut self) -> &'a str {
        let blank = |letter: char| letter == ' ' || self.dialect == Dialect::Text && letter == '\t';
        let (word, rest) = self.rest.split_at(self.rest.find(blank).unwrap_or(self.rest.len()));
        self.rest = rest;
        word
    }

    /// A name: letters, digits and underscores, and no digit first.
    fn name(&mut self, what: &str, more: &[char]) -> Result<&'a str, ParseError> {
        let fits = |letter: char| letter.is_ascii_alphanumeric() || letter == '_' || more.contains(&letter);
        let (name, rest) = self.rest.split_at(self.rest.find(|it| !fits(it)).unwrap_or(self.rest.len()));
        if name.is_empty() || name.starts_with(|first: char| first.is_ascii_digit()) {
            return self.expected(what);
        }
        self.rest = rest;
        Ok(name)
    }

    pub(crate) fn metric_name(&mut self) -> Result<&'a str, ParseError> {
        self.name("the name of a metric: letters, digits, `_` and `:`, and no digit first", &[':'])
    }

    /// A number up to the next blank.
    pub(crate) fn number(&mut self) -> Result<f64, ParseError> {
        self.parsed("a number", number)
    }

    /// What the next word means.
    pub(crate) fn parsed<T>(
        &mut self,
        what: &str,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Result<T, ParseError> {
        let mut ahead = self.clone();
        match parse(ahead.word()) {
            Some(value) => {
                *self = ahead;
                Ok(value)
            }
            None => self.expected(what),
        }
    }

    /// Labels in braces, each name once.
    pub(crate) fn labels(&mut self) -> Result<Vec<(String, String)>, ParseError> {
        self.expect("{")?;
        self.skip_blanks();
        let mut labels: Vec<(String, String)> = Vec::new();
        while !self.take("}") {
            if !labels.is_empty() {
                if !self.take(",") {
                    return self.expected("`,` or `}`");
                }
                self.skip_blanks();
                if self.dialect == Dialect::Text && self.take("}") {
                    break;
                }
            }
            let before = self.clone();
            let name = self.name("the name of a label: letters, digits and `_`, and no digit first", &[])?;
            if name.starts_with("__") {
                return before.expected("a name of a label that does not begin with `__`, which is reserved");
            }
            if labels.iter().any(|(known, _)| known == name) {
                return before.expected(format!("another label than `{name}`, which is there already"));
            }
            self.skip_blanks();
            self.expect("=")?;
            self.skip_blanks();
            labels.push((name.to_owned(), self.quoted()?));
            self.skip_blanks();
        }
        Ok(labels)
    }

    /// Text in quotes, unescaped.
    fn quoted(&mut self) -> Result<String, ParseError> {
        self.expect("\"")?;
        let mut escaped = false;
        let end = self.rest.find(|letter| {
            let ends = letter == '"' && !escaped;
            escaped = letter == '\\' && !escaped;
            ends
        });
        let Some(end) = end else { return self.expected("text up to a `\"`") };
        let text = self.unescaped(&self.rest[..end], &['\\', 'n', '"'])?;
        self.rest = &self.rest[end + 1..];
        Ok(text)
    }

    /// The help text: all that is left of the line.
    pub(crate) fn help(&mut self) -> Result<String, ParseError> {
        let rest = std::mem::take(&mut self.rest);
        match self.dialect {
            Dialect::OpenMetrics => self.unescaped(rest, &['\\', 'n', '"']),
            Dialect::Text => self.unescaped(rest, &['\\', 'n']),
        }
    }

    /// Text without its escapes. OpenMetrics leaves one that it does not know as it is.
    fn unescaped(&self, text: &str, known: &[char]) -> Result<String, ParseError> {
        let mut plain = String::with_capacity(text.len());
        let mut letters = text.chars();
        while let Some(letter) = letters.next() {
            if letter != '\\' {
                plain.push(letter);
                continue;
            }
            match letters.next() {
                Some('n') => plain.push('\n'),
                Some(next) if known.contains(&next) => plain.push(next),
                next if self.dialect == Dialect::OpenMetrics => {
                    plain.push('\\');
                    plain.extend(next);
                }
                next => {
                    let escape: String = ['\\'].into_iter().chain(next).collect();
                    let known: Vec<_> = known.iter().map(|it| format!("`\\{it}`")).collect();
                    return Err(ParseError::new(self.number, known.join(" or "), &escape));
                }
            }
        }
        Ok(plain)
    }
}
