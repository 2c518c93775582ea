//! What a query does to what, in a few words.

use crate::redaction::sql::Dialect;
use crate::redaction::sql::lexer::Kind;
use crate::redaction::sql::lexer::Lexer;
use crate::redaction::sql::lexer::Token;

/// The longest summary, as OpenTelemetry has it.
const LONGEST: usize = 255;

/// What a query does to what: its operations and their targets, such as `INSERT shipping_details SELECT orders`.
///
/// That is OpenTelemetry's `db.query.summary`: of low cardinality, as nothing that is a value gets into it, at most 255
/// bytes long and never cut inside a name. Words are written as the query has them. Empty where no operation is found.
///
/// ```
/// use monitor_core::redaction::{Dialect, query_summary};
///
/// let text = "SELECT * FROM songs, artists WHERE songs.artist = artists.id AND title = 'Hey'";
/// assert_eq!(query_summary(text, Dialect::Sqlite), "SELECT songs artists");
/// ```
#[must_use]
pub fn query_summary(text: &str, dialect: Dialect) -> String {
    let mut summary = Summary::default();
    for token in Lexer::new(text, dialect) {
        match token.kind {
            Kind::Comment | Kind::Space => {}
            Kind::Unclear => break,
            _ if summary.full => break,
            // Of no more than a command's word anybody knows what it is.
            _ if dialect == Dialect::Command => {
                if token.kind == Kind::Word {
                    summary.append(token.text);
                }
                break;
            }
            _ => summary.add(&token),
        }
    }
    summary.end_name();
    summary.text
}

/// What may come next.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
enum State {
    /// The beginning of a statement, or of one in parentheses.
    #[default]
    Begin,
    /// The kind of a thing that is made, changed or dropped.
    Object,
    /// A name.
    Target,
    /// The name has begun, and a dot may go on with it.
    Named,
    /// Between the clauses.
    Within,
}

/// One pair of parentheses, or the statement outside of all.
#[derive(Clone, Copy, Default)]
struct Level {
    /// Whether it has an operation, so that `FROM` in it is a clause.
    operates: bool,
    /// Whether a comma goes on with a list of targets.
    lists: bool,
}

#[derive(Default)]
struct Summary<'a> {
    text: String,
    state: State,
    /// The parts of a name.
    name: String,
    level: Level,
    outer: Vec<Level>,
    before: &'a str,
    full: bool,
}

const OPERATIONS: [&str; 6] = ["DELETE", "INSERT", "MERGE", "REPLACE", "SELECT", "UPDATE"];
const OBJECTS: [&str; 21] = [
    "COLLECTION",
    "DATABASE",
    "DOMAIN",
    "EXTENSION",
    "FUNCTION",
    "INDEX",
    "LOGIN",
    "POLICY",
    "PROCEDURE",
    "PUBLICATION",
    "ROLE",
    "RULE",
    "SCHEMA",
    "SEQUENCE",
    "SERVER",
    "SUBSCRIPTION",
    "TABLE",
    "TRIGGER",
    "TYPE",
    "USER",
    "VIEW",
];
/// Words between the one that asks for a name and the name.
const BETWEEN: [&str; 13] = [
    "CONCURRENTLY",
    "DELAYED",
    "EXISTS",
    "FROM",
    "HIGH_PRIORITY",
    "IF",
    "IGNORE",
    "INTO",
    "LOW_PRIORITY",
    "NOT",
    "ONLY",
    "OVERWRITE",
    "TABLE",
];
/// Words that cannot be the name of anything.
const RESERVED: [&str; 9] = ["AS", "LATERAL", "OF", "ON", "SELECT", "SET", "USING", "VALUES", "WHERE"];
/// Clauses that end a list of targets.
const CLAUSES: [&str; 15] = [
    "EXCEPT",
    "FETCH",
    "FOR",
    "GROUP",
    "HAVING",
    "INTERSECT",
    "LIMIT",
    "OFFSET",
    "ON",
    "ORDER",
    "RETURNING",
    "SET",
    "UNION",
    "VALUES",
    "WHERE",
];

impl<'a> Summary<'a> {
    fn add(&mut self, token: &Token<'a>) {
        match token.kind {
            Kind::Word => self.word(token.text),
            Kind::Name if matches!(self.state, State::Named | State::Target) => self.part_of_name(token.text),
            Kind::Punctuation => self.punctuation(token.text),
            // A value is no target.
            _ => {
                self.end_name();
                self.state = State::Within;
            }
        }
        self.before = token.text;
    }

    fn word(&mut self, word: &'a str) {
        if self.state == State::Named && self.before == "." {
            return self.part_of_name(word);
        }
        if self.state == State::Named {
            self.end_name();
        }
        match self.state {
            State::Begin => self.begin(word),
            State::Object if is_one_of(word, &OBJECTS) => {
                self.append(word);
                self.state = State::Target;
            }
            State::Object => {}
            State::Target if is_one_of(word, &BETWEEN) => {}
            State::Target if !is_one_of(word, &RESERVED) => self.part_of_name(word),
            _ => self.within(word),
        }
    }

    fn begin(&mut self, word: &'a str) {
        self.level.operates = true;
        if is_one_of(word, &["ALTER", "CREATE", "DROP", "TRUNCATE"]) {
            self.append(word);
            self.state = State::Object;
        } else if is_one_of(word, &["CALL", "EXEC", "EXECUTE", "INSERT", "MERGE", "REPLACE", "UPDATE", "USE"])
        {
            self.append(word);
            self.state = State::Target;
        } else if is_one_of(word, &["ANALYZE", "EXPLAIN", "WITH"]) {
            if !is_one_of(word, &["WITH"]) {
                self.append(word);
            }
            // What it is about begins behind it.
            self.state = State::Within;
        } else if self.outer.is_empty() || is_one_of(word, &OPERATIONS) {
            self.append(word);
            self.state = State::Within;
        } else {
            self.level.operates = false;
            self.state = State::Within;
        }
    }

    fn within(&mut self, word: &'a str) {
        self.state = State::Within;
        let begins = self.before == ")" || is_one_of(self.before, &["ANALYZE", "AS", "EXPLAIN"]);
        if is_one_of(word, &["SELECT"]) || begins && is_one_of(word, &OPERATIONS) {
            self.level.lists = false;
            return self.begin(word);
        }
        let clause = self.level.operates && !is_one_of(self.before, &["DISTINCT"]);
        if clause && is_one_of(word, &["FROM"]) {
            self.state = State::Target;
            self.level.lists = true;
        } else if is_one_of(word, &["INTO", "JOIN"]) || is_one_of(word, &["USING"]) && self.before != ")" {
            self.state = State::Target;
        } else if is_one_of(word, &CLAUSES) {
            self.level.lists = false;
        }
    }

    fn punctuation(&mut self, mark: &str) {
        if mark == "." && self.state == State::Named {
            return self.name.push('.');
        }
        self.end_name();
        match mark {
            "(" => {
                self.outer.push(std::mem::take(&mut self.level));
                self.state = State::Begin;
            }
            ")" => {
                self.level = self.outer.pop().unwrap_or_default();
                self.state = State::Within;
            }
            "," if self.level.lists => self.state = State::Target,
            ";" => {
                self.outer.clear();
                self.level = Level::default();
                self.state = State::Begin;
            }
            _ if self.state == State::Begin => {}
            _ => self.state = State::Within,
        }
    }

    fn part_of_name(&mut self, part: &str) {
        self.name.push_str(part);
        self.state = State::Named;
    }

    fn end_name(&mut self) {
        if self.state == State::Named {
            let name = std::mem::take(&mut self.name);
            self.append(&name);
            self.state = State::Within;
        }
    }

    /// Adds a word, if there is room for all of it.
    fn append(&mut self, word: &str) {
        let space = usize::from(!self.text.is_empty());
        if self.full || self.text.len() + space + word.len() > LONGEST {
            self.full = true;
            return;
        }
        if space > 0 {
            self.text.push(' ');
        }
        self.text.push_str(word);
    }
}

fn is_one_of(word: &str, known: &[&str]) -> bool {
    known.iter().any(|known| word.eq_ignore_ascii_case(known))
}
