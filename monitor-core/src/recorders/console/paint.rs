//! Colours, and text that is as wide as it may be.

use unicode_width::UnicodeWidthChar;
use unicode_width::UnicodeWidthStr;

/// Whether colours are wanted.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Colours {
    No,
    Yes,
}

impl Colours {
    /// As `NO_COLOR`, `CLICOLOR_FORCE`, `CLICOLOR` and `TERM` say, in this order (no-color.org, bixense.com/clicolors).
    pub(crate) fn of_environment() -> Self {
        let wanted = !anstyle_query::no_color()
            && (anstyle_query::clicolor_force()
                || (anstyle_query::clicolor().unwrap_or(true) && anstyle_query::term_supports_color()));
        if wanted { Colours::Yes } else { Colours::No }
    }
}

/// How a piece of a line looks.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Look {
    Bold,
    Dim,
    Plain,
    Red,
}

impl Look {
    /// The parameter of the command that chooses it (ECMA-48, SGR).
    fn parameter(self) -> Option<&'static str> {
        match self {
            Look::Bold => Some("1"),
            Look::Dim => Some("2"),
            Look::Plain => None,
            Look::Red => Some("31"),
        }
    }
}

/// A line in pieces.
#[derive(Clone, Debug, Default)]
pub(crate) struct Line {
    pieces: Vec<(Look, String)>,
}

impl Line {
    /// Adds a piece, of which nothing can move the cursor.
    pub(crate) fn piece(mut self, look: Look, text: impl Into<String>) -> Self {
        self.pieces.push((look, text.into()));
        self
    }

    /// The line as the terminal is to get it, cut to so many columns.
    pub(crate) fn painted(&self, columns: usize, colours: Colours) -> String {
        let (mut out, mut left) = (String::new(), columns);
        for (look, text) in &self.pieces {
            let text = cut(text, left);
            left -= text.width().min(left);
            match look.parameter().filter(|_| colours == Colours::Yes) {
                Some(parameter) => out.push_str(&format!("\x1b[{parameter}m{text}\x1b[0m")),
                None => out.push_str(&text),
            }
        }
        out
    }
}

/// The text, or as much of it as so many columns show, with an ellipsis for the rest.
pub(crate) fn cut(text: &str, columns: usize) -> String {
    if text.width() <= columns {
        return text.to_owned();
    }
    let mut left = columns.saturating_sub(1);
    let kept = text.chars().take_while(|letter| {
        let fits = letter.width().is_some_and(|width| width <= left);
        left -= letter.width().filter(|_| fits).unwrap_or(0);
        fits
    });
    let kept: String = kept.collect();
    if columns == 0 { String::new() } else { kept + "…" }
}

/// The text in exactly so many columns, at their beginning.
pub(crate) fn column(text: &str, columns: usize) -> String {
    let text = cut(text, columns);
    let gap = columns.saturating_sub(text.width());
    text + &" ".repeat(gap)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_cut_by_what_it_shows_and_not_by_its_letters() {
        let all = |text: &str, columns: [usize; 5]| columns.map(|columns| cut(text, columns));
        assert_eq!(all("abcdef", [6, 5, 2, 1, 0]), ["abcdef", "abcd…", "a…", "…", ""]);
        assert_eq!(all("名前名前", [8, 7, 6, 5, 2]), ["名前名前", "名前名…", "名前…", "名前…", "…"]);
        // An accent of its own takes no column.
        assert_eq!(
            all("e\u{301}e\u{301}e", [3, 2, 2, 2, 1]),
            ["e\u{301}e\u{301}e", "e\u{301}…", "e\u{301}…", "e\u{301}…", "…"]
        );
        assert_eq!((column("名", 4), column("abcdef", 4)), ("名  ".to_owned(), "abc…".to_owned()));
    }

    #[test]
    fn a_line_is_cut_as_a_whole_and_coloured_where_that_is_wanted() {
        let line =
            Line::default().piece(Look::Bold, "name ").piece(Look::Red, "error").piece(Look::Plain, " rest");
        assert_eq!(line.painted(80, Colours::No), "name error rest");
        assert_eq!(line.painted(8, Colours::No), "name er…");
        assert_eq!(line.painted(8, Colours::Yes), "\x1b[1mname \x1b[0m\x1b[31mer…\x1b[0m");
    }
}
