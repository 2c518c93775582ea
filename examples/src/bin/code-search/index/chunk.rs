//! Splits a file into what is found: chunks of lines, and definitions.

use monitor_core::monitored;

/// Lines a chunk: few enough that a phrase is found near its place, enough to give it context.
pub(crate) const LINES: usize = 20;

/// Some lines of a file.
#[derive(Debug, Eq, PartialEq)]
pub(crate) struct Chunk<'a> {
    /// The first line's number, counted from 1.
    pub(crate) line: u32,
    /// The lines.
    pub(crate) text: &'a str,
}

/// A definition.
#[derive(Debug, Eq, PartialEq)]
pub(crate) struct Symbol<'a> {
    /// Its line's number, counted from 1.
    pub(crate) line: u32,
    /// The keyword before it.
    pub(crate) kind: &'a str,
    /// What is defined.
    pub(crate) name: &'a str,
}

/// Splits a text after every twentieth line.
#[monitored]
pub(crate) fn chunks(text: &str) -> Vec<Chunk<'_>> {
    let mut chunks = Vec::new();
    let (mut line, mut rest) = (1, text);
    while !rest.is_empty() {
        let end = rest.match_indices('\n').nth(LINES - 1).map_or(rest.len(), |(at, _)| at + 1);
        let (text, left) = rest.split_at(end);
        chunks.push(Chunk { line, text });
        line += LINES as u32;
        rest = left;
    }
    chunks
}

/// Finds the definitions of a text by their keywords, in any of the usual languages.
#[monitored]
pub(crate) fn symbols(text: &str) -> Vec<Symbol<'_>> {
    let numbered = (1..).zip(text.lines());
    numbered.filter_map(|(line, text)| symbol(text).map(|(kind, name)| Symbol { line, kind, name })).collect()
}

const KEYWORDS: [&str; 12] = [
    "class",
    "const",
    "def",
    "enum",
    "fn",
    "func",
    "function",
    "interface",
    "mod",
    "struct",
    "trait",
    "type",
];

const MODIFIERS: [&str; 10] =
    ["abstract", "async", "default", "export", "private", "protected", "pub", "public", "static", "unsafe"];

/// Reads the words of one line up to its definition.
fn symbol(line: &str) -> Option<(&str, &str)> {
    let mut words = line.split_whitespace().take(6);
    let kind = words.by_ref().find(|word| !is_modifier(word)).filter(|word| KEYWORDS.contains(word))?;
    // `const fn name`: the last keyword tells.
    let (kind, word) = match (words.next()?, words.next()) {
        (keyword, Some(word)) if KEYWORDS.contains(&keyword) => (keyword, word),
        (word, _) => (kind, word),
    };
    let end = word.find(|letter: char| !is_of_name(letter)).unwrap_or(word.len());
    let name = &word[..end];
    (name.len() > 1 && !name.starts_with(|first: char| first.is_ascii_digit())).then_some((kind, name))
}

/// Whether a word can stand before a keyword.
fn is_modifier(word: &str) -> bool {
    word.starts_with("pub(") || MODIFIERS.contains(&word)
}

fn is_of_name(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(line: &str, expected: Option<(&str, &str)>) {
        assert_eq!(symbol(line), expected, "in `{line}`");
    }

    #[test]
    fn a_definition_is_known_by_its_keyword() {
        check("pub(crate) fn parse<T>(text: &str) {", Some(("fn", "parse")));
        check("    async fn run(&self)", Some(("fn", "run")));
        check("pub const fn new() -> Self", Some(("fn", "new")));
        check("class Header(Base):", Some(("class", "Header")));
        check("const LIMIT: usize = 3;", Some(("const", "LIMIT")));
    }

    #[test]
    fn prose_defines_nothing() {
        check("/// the type of the thing", None);
        check("let kind = type_of(x);", None);
        check("a type of thing", None);
        check("\"fn of\" something", None);
        check("fn", None);
        check("", None);
    }

    #[test]
    fn chunks_are_twenty_lines_and_lose_nothing() {
        let text = "line\n".repeat(45) + "the last";
        let chunks = chunks(&text);
        assert_eq!(chunks.iter().map(|chunk| chunk.line).collect::<Vec<_>>(), [1, 21, 41]);
        assert_eq!(chunks.iter().map(|chunk| chunk.text).collect::<String>(), text);
    }
}
