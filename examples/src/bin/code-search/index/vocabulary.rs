//! What there is to ask for: a sample of the words, phrases and names in the index.

use std::sync::Arc;

use monitor_core::monitored;
use rusqlite::Connection;

/// Words, phrases and names that are in the index, the most frequent words first.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) struct Vocabulary {
    /// Two words that stand side by side.
    pub(crate) phrases: Vec<Arc<str>>,
    /// Names that are defined.
    pub(crate) symbols: Vec<Arc<str>>,
    /// Words of three letters or more.
    pub(crate) words: Vec<Arc<str>>,
}

#[monitored]
impl Vocabulary {
    /// Samples an index.
    pub(crate) fn load(connection: &Connection) -> rusqlite::Result<Self> {
        let texts = |statement: &str| -> rusqlite::Result<Vec<Arc<str>>> {
            connection.prepare(statement)?.query_map([], |row| row.get(0))?.collect()
        };
        let phrases = texts(CHUNKS)?.iter().filter_map(|text| phrase(text)).collect();
        Ok(Self { phrases, symbols: texts(SYMBOLS)?, words: texts(WORDS)? })
    }
}

const CHUNKS: &str = "
    SELECT text FROM chunk WHERE rowid % (SELECT 1 + count(*) / 500 FROM chunk) = 0 ORDER BY rowid LIMIT 500";
const SYMBOLS: &str = "SELECT DISTINCT name FROM symbol ORDER BY name LIMIT 5000";
const WORDS: &str = "SELECT term FROM term WHERE length(term) > 2 ORDER BY doc DESC, term LIMIT 5000";

/// The first two words of a text that only a space keeps apart.
fn phrase(text: &str) -> Option<Arc<str>> {
    let is_word = |word: &str| word.len() > 2 && word.chars().all(char::is_alphanumeric);
    let words: Vec<_> = text.lines().flat_map(|line| line.split(' ')).collect();
    let pair = words.windows(2).find(|pair| pair.iter().all(|word| is_word(word)))?;
    Some(pair.join(" ").into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Option<&str>) {
        assert_eq!(phrase(text).as_deref(), expected, "in `{text}`");
    }

    #[test]
    fn a_phrase_is_two_whole_words() {
        check("(the quick) brown fox", Some("brown fox"));
        check("let x = parse(y);", None);
        check("", None);
    }

    #[test]
    fn the_sample_is_of_what_is_in_the_index() {
        let index = crate::index::sample::index();
        let Vocabulary { phrases, symbols, words } = index.vocabulary();
        assert_eq!(symbols.iter().map(|name| &**name).collect::<Vec<_>>(), ["Header", "parse_header"]);
        assert!(words.contains(&"zebra".into()) && !words.contains(&"ignored".into()), "{words:?}");
        assert!(phrases.contains(&"The quick".into()), "{phrases:?}");
    }
}
