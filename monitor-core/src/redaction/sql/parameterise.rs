//! A text with `?` in the place of each literal.

use crate::redaction::sql::Dialect;
use crate::redaction::sql::lexer::Kind;
use crate::redaction::sql::lexer::Lexer;
use crate::redaction::sql::lexer::Token;

/// The text of a query without anything that was said in it: `?` stands for each literal.
///
/// Numbers, strings of all kinds and truth values are literals; `NULL` is none. Comments go, white space becomes one
/// space, `IN (?, ?, ?)` becomes `IN (?)`. Names stay, in quotes or not, and so do `$1`, `?`, `:name` and `@p1`. Where a
/// literal does not end, or the dialect leaves open what something is, the rest of the text is erased. Takes time in
/// proportion to the text's length, and never panics.
///
/// ```
/// use monitor_core::redaction::{Dialect, parameterise};
///
/// let text = "SELECT \"name\" FROM users WHERE id IN (1, 2, 3) AND mail = 'ada@example.org' -- Ada";
/// let kept = "SELECT \"name\" FROM users WHERE id IN (?) AND mail = ?";
/// assert_eq!(parameterise(text, Dialect::PostgreSql), kept);
/// ```
#[must_use]
pub fn parameterise(text: &str, dialect: Dialect) -> String {
    let mut parameterised = Parameterised::default();
    for token in Lexer::new(text, dialect) {
        let first = parameterised.text.is_empty();
        match token.kind {
            Kind::Word if first => parameterised.push(token.text),
            Kind::Comment | Kind::Space => parameterised.spaced = !first,
            // Of no more than a command's word anybody knows what it is.
            _ if dialect == Dialect::Command => {
                parameterised.push("?");
                break;
            }
            _ => parameterised.add(&token),
        }
        if token.kind == Kind::Unclear {
            break;
        }
    }
    parameterised.text
}

#[derive(Default)]
struct Parameterised {
    text: String,
    /// White space or a comment came before the next part.
    spaced: bool,
    /// Where the first literal begins that ends elsewhere under other settings.
    doubtful: Option<usize>,
    /// Whether the last word is `IN`.
    after_in: bool,
    /// Where the list begins that holds nothing but placeholders until now, and whether it holds any.
    list: Option<(usize, bool)>,
}

impl Parameterised {
    fn add(&mut self, token: &Token<'_>) {
        let list = self.list.take();
        match token.kind {
            Kind::Literal => {
                self.push("?");
                if token.doubtful {
                    self.doubtful.get_or_insert(self.text.len() - 1);
                }
                self.list = list.map(|(start, _)| (start, true));
            }
            Kind::Unclear => {
                // A quote is left over: perhaps what was taken for a literal was none.
                if let Some(start) = self.doubtful {
                    self.text.truncate(start);
                    self.spaced = false;
                }
                self.push("?");
            }
            Kind::Punctuation => self.punctuation(token.text, list),
            _ => {
                self.push(token.text);
                if token.kind == Kind::Placeholder && token.text == "?" {
                    self.list = list.map(|(start, _)| (start, true));
                }
            }
        }
    }

    fn punctuation(&mut self, text: &str, list: Option<(usize, bool)>) {
        let after_in = self.after_in;
        match (text, list) {
            (")", Some((start, true))) => {
                self.text.truncate(start);
                self.doubtful = self.doubtful.map(|doubtful| doubtful.min(start));
                self.spaced = false;
                self.push("?)");
            }
            ("(", _) => {
                self.push(text);
                self.list = after_in.then_some((self.text.len(), false));
            }
            ("," | "-" | "+", list) => {
                self.push(text);
                self.list = list;
            }
            _ => self.push(text),
        }
    }

    fn push(&mut self, part: &str) {
        if std::mem::take(&mut self.spaced) {
            self.text.push(' ');
        }
        self.text.push_str(part);
        self.after_in = part.eq_ignore_ascii_case("in");
    }
}
