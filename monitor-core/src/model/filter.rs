//! Which signals are recorded, by module.

use std::fmt;
use std::str::FromStr;

use crate::model::Signals;

/// The words that a filter knows, and what they stand for.
const WORDS: [(&str, Signals); 4] = [
    ("all", Signals::CALLS),
    ("metrics", Signals::METRICS),
    ("off", Signals::NONE),
    ("spans", Signals::SPANS),
];

/// Which signals are recorded, by module: the longest module path that fits decides.
///
/// Written as in `MONITOR_FILTER`: directives joined by commas, each a word (`all`, `metrics`, `spans`, `off`)
/// for everything or `module::path=word` for a module and what is below it. Without a word for everything,
/// everything is recorded. Events come from no module, and pass every filter.
///
/// ```
/// use monitor_core::{Filter, Signals};
///
/// let filter: Filter = "metrics, my_driver::pool=all, my_driver::pool::noise=off".parse()?;
/// assert_eq!(filter.signals("my_driver"), Signals::METRICS);
/// assert_eq!(filter.signals("my_driver::pool::queue"), Signals::CALLS);
/// assert_eq!(filter.signals("my_driver::pool::noise"), Signals::NONE);
/// # Ok::<(), monitor_core::FilterError>(())
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Filter {
    default: Signals,
    modules: Vec<(String, Signals)>,
}

impl Default for Filter {
    fn default() -> Self {
        Self { default: Signals::CALLS, modules: Vec::new() }
    }
}

impl Filter {
    /// What is recorded of this module.
    #[must_use]
    pub fn signals(&self, module: &str) -> Signals {
        self.modules
            .iter()
            .filter(|(path, _)| {
                module
                    .strip_prefix(path.as_str())
                    .is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
            })
            .max_by_key(|(path, _)| path.len())
            .map_or(self.default, |(_, signals)| *signals)
    }
}

impl FromStr for Filter {
    type Err = FilterError;

    fn from_str(text: &str) -> Result<Self, FilterError> {
        let mut filter = Filter::default();
        let mut default = None;
        for directive in text.split(',').map(str::trim).filter(|directive| !directive.is_empty()) {
            let error = |problem| FilterError { directive: directive.to_owned(), problem };
            let word = |word: &str| {
                let found = WORDS.iter().find(|(known, _)| *known == word);
                found.map(|(_, signals)| *signals).ok_or_else(|| error(Problem::Word(word.to_owned())))
            };
            match directive.split_once('=') {
                None => {
                    if default.replace(word(directive)?).is_some() {
                        return Err(error(Problem::Twice));
                    }
                }
                Some((path, signals)) => {
                    let path = path.trim();
                    if !is_module_path(path) {
                        return Err(error(Problem::Path));
                    }
                    filter.modules.push((path.to_owned(), word(signals.trim())?));
                }
            }
        }
        filter.default = default.unwrap_or(Signals::CALLS);
        Ok(filter)
    }
}

fn is_module_path(path: &str) -> bool {
    path.split("::").all(|segment| {
        !segment.is_empty()
            && !segment.starts_with(|first: char| first.is_ascii_digit())
            && segment.chars().all(|letter| letter.is_alphanumeric() || letter == '_')
    })
}

/// A filter that cannot be read.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct FilterError {
    directive: String,
    problem: Problem,
}

#[derive(Clone, Debug, Eq, PartialEq)]
enum Problem {
    Path,
    Twice,
    Word(String),
}

impl fmt::Display for FilterError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let directive = &self.directive;
        match &self.problem {
            Problem::Path => write!(
                f,
                "in `{directive}`, the part before `=` is no module path; write it as in `my_driver::pool=metrics`"
            ),
            Problem::Twice => write!(
                f,
                "`{directive}` is a second word for everything; give one, and others as `module::path={directive}`"
            ),
            Problem::Word(word) => write!(
                f,
                "in `{directive}`, `{word}` is not one of `all`, `metrics`, `off` and `spans`; write one of them, \
                 or `module::path=` and one of them"
            ),
        }
    }
}

impl std::error::Error for FilterError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, module: &str, expected: Result<Signals, &str>) {
        let signals = text.parse::<Filter>().map(|filter| filter.signals(module));
        match (signals, expected) {
            (Ok(signals), Ok(expected)) => assert_eq!(signals, expected),
            (Err(error), Err(expected)) => assert!(error.to_string().contains(expected), "{error}"),
            (signals, expected) => panic!("{signals:?} instead of {expected:?}"),
        }
    }

    #[test]
    fn the_longest_path_decides() {
        check("", "a", Ok(Signals::CALLS));
        check("off", "a", Ok(Signals::NONE));
        check("a=off, a::b=spans", "a::b::c", Ok(Signals::SPANS));
        check("a=off", "ab", Ok(Signals::CALLS));
    }

    #[test]
    fn what_cannot_be_read_is_told_with_what_would_be_right() {
        check("loud", "a", Err("`loud` is not one of `all`, `metrics`, `off` and `spans`"));
        check("a=loud", "a", Err("in `a=loud`, `loud` is not one of"));
        check("a b=off", "a", Err("no module path"));
        check("off,all", "a", Err("second word for everything"));
    }
}
