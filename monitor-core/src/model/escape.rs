//! Text that can do nothing but be read.

use std::fmt;
use std::fmt::Write as _;

/// Something to display that cannot move the cursor, change colours, forge a line or turn the reading direction.
pub(crate) struct Escaped<D>(pub(crate) D);

impl<D: fmt::Display> fmt::Display for Escaped<D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(Escaping(f), "{}", self.0)
    }
}

struct Escaping<'a, 'b>(&'a mut fmt::Formatter<'b>);

impl fmt::Write for Escaping<'_, '_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let mut rest = text;
        while let Some(place) = rest.find(is_dangerous) {
            let (plain, dangerous) = rest.split_at(place);
            let mut letters = dangerous.chars();
            self.0.write_str(plain)?;
            if let Some(letter) = letters.next() {
                write!(self.0, "{}", letter.escape_unicode())?;
            }
            rest = letters.as_str();
        }
        self.0.write_str(rest)
    }
}

/// Whether a terminal or a reader takes this for more than a letter.
pub(crate) fn is_dangerous(letter: char) -> bool {
    let turns = matches!(letter, '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}');
    letter.is_control() || turns
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        assert_eq!(Escaped(text).to_string(), expected);
    }

    #[test]
    fn f62_what_could_do_more_than_be_read_is_escaped() {
        check("plain, naïve 🤔", "plain, naïve 🤔");
        check("a\nb\r\x1b[31m", "a\\u{a}b\\u{d}\\u{1b}[31m");
        check("\u{202e}x\u{85}", "\\u{202e}x\\u{85}");
        check("", "");
    }
}
