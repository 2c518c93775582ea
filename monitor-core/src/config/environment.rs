//! `MONITOR_RECORDERS`, `MONITOR_FILTER` and `MONITOR_TRACES`.

use std::env;
use std::error::Error;
use std::fmt;

use crate::model::Filter;
use crate::model::WithoutParent;
use crate::monitor::InstallError;
use crate::monitor::Installed;
use crate::monitor::Monitor;
use crate::monitor::MonitorBuilder;
use crate::recorders::BUILTIN;

/// The recorders, by name, joined by commas.
const RECORDERS: &str = "MONITOR_RECORDERS";
/// What is recorded, as [`Filter`] reads it.
const FILTER: &str = "MONITOR_FILTER";
/// Where traces begin, in words joined by commas.
const TRACES: &str = "MONITOR_TRACES";

/// A word of `MONITOR_TRACES`, and what it changes.
type TraceWord = (&'static str, fn(MonitorBuilder) -> MonitorBuilder);

const TRACE_WORDS: [TraceWord; 4] = [
    ("copies", MonitorBuilder::copies),
    ("drop_without_parent", |builder| builder.without_parent(WithoutParent::Drop)),
    ("submit_top_level", MonitorBuilder::submit_top_level),
    // As the AWS drivers spell it in their code, other than in their documentation.
    ("submit_toplevel", MonitorBuilder::submit_top_level),
];

/// Installs the global monitor as the environment says: `MONITOR_RECORDERS` names the recorders, such as
/// `console,memory`, `MONITOR_FILTER` says what is recorded, as [`Filter`] reads it, and `MONITOR_TRACES` where traces
/// begin. Without the first, nothing is shipped and only snapshots tell; without the second, everything is recorded;
/// without the third, all is as in a new builder.
///
/// | word of `MONITOR_TRACES` | what it does |
/// |---|---|
/// | `copies` | [`MonitorBuilder::copies`] |
/// | `drop_without_parent` | [`MonitorBuilder::without_parent`] with [`WithoutParent::Drop`] |
/// | `submit_top_level`, also `submit_toplevel` | [`MonitorBuilder::submit_top_level`] |
///
/// ```no_run
/// fn main() -> Result<(), monitor_core::ConfigError> {
///     let _monitor = monitor_core::init()?;
///     // The program.
///     Ok(())
/// }
/// ```
///
/// # Errors
///
/// A variable has a value that means nothing, which the error tells together with what would be right; or a
/// global monitor is installed already.
pub fn init() -> Result<Installed, ConfigError> {
    let builder = from_environment(env::var)?;
    builder.install().map_err(ConfigError::Installed)
}

fn from_environment(
    read: impl Fn(&'static str) -> Result<String, env::VarError>,
) -> Result<MonitorBuilder, ConfigError> {
    let mut builder = Monitor::builder();
    for name in value(&read, RECORDERS)?.split(',').map(str::trim).filter(|name| !name.is_empty()) {
        let found = BUILTIN.iter().find(|builtin| builtin.name == name);
        let builtin = found.ok_or_else(|| ConfigError::UnknownRecorder { name: name.to_owned() })?;
        builder = builder.boxed_recorder((builtin.open)());
    }
    let filter = value(&read, FILTER)?;
    let parsed: Filter = filter
        .parse()
        .map_err(|error| ConfigError::Invalid { variable: FILTER, problem: format!("{error}") })?;
    builder = builder.filter(parsed);
    for word in value(&read, TRACES)?.split(',').map(str::trim).filter(|word| !word.is_empty()) {
        let known = TRACE_WORDS.iter().find(|(known, _)| *known == word);
        let (_, change) = known.ok_or_else(|| unknown_trace_word(word))?;
        builder = change(builder);
    }
    Ok(builder)
}

fn unknown_trace_word(word: &str) -> ConfigError {
    let known = TRACE_WORDS.map(|(known, _)| known);
    let near = nearest(word, &known).map(|near| format!("did you mean `{near}`? ")).unwrap_or_default();
    let problem = format!("`{word}` means nothing; {near}there are `{}`", known.join("`, `"));
    ConfigError::Invalid { variable: TRACES, problem }
}

fn value(
    read: &impl Fn(&'static str) -> Result<String, env::VarError>,
    variable: &'static str,
) -> Result<String, ConfigError> {
    match read(variable) {
        Ok(value) => Ok(value),
        Err(env::VarError::NotPresent) => Ok(String::new()),
        Err(env::VarError::NotUnicode(value)) => Err(ConfigError::Invalid {
            variable,
            problem: format!("{value:?} is not UTF-8; write it in UTF-8"),
        }),
    }
}

/// Configuration that means nothing.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum ConfigError {
    /// A global monitor is installed already.
    Installed(InstallError),
    /// A variable has a value that cannot be read.
    Invalid {
        /// The variable.
        variable: &'static str,
        /// What is wrong and what would be right.
        problem: String,
    },
    /// `MONITOR_RECORDERS` names a recorder that does not exist.
    UnknownRecorder {
        /// The name.
        name: String,
    },
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ConfigError::Installed(error) => error.fmt(f),
            ConfigError::Invalid { variable, problem } => write!(f, "{variable}: {problem}"),
            ConfigError::UnknownRecorder { name } => {
                write!(f, "{RECORDERS}: no recorder is called `{name}`; ")?;
                let names: Vec<_> = BUILTIN.iter().map(|builtin| builtin.name).collect();
                if let Some(near) = nearest(name, &names) {
                    write!(f, "did you mean `{near}`? ")?;
                }
                write!(f, "there are `{}`", names.join("`, `"))
            }
        }
    }
}

impl Error for ConfigError {}

/// The known word that is nearest to `word`, if any is near.
fn nearest<'a>(word: &str, known: &[&'a str]) -> Option<&'a str> {
    let near = known.iter().map(|candidate| (distance(word, candidate), *candidate)).min()?;
    (near.0 <= 1 + word.chars().count() / 3).then_some(near.1)
}

/// How many letters must be put in, taken out or changed.
fn distance(left: &str, right: &str) -> usize {
    let right: Vec<char> = right.chars().collect();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (above, letter) in left.chars().enumerate() {
        let mut diagonal = above;
        row[0] = above + 1;
        for (column, other) in right.iter().enumerate() {
            let changed = diagonal + usize::from(letter != *other);
            diagonal = row[column + 1];
            row[column + 1] = changed.min(diagonal + 1).min(row[column] + 1);
        }
    }
    row[right.len()]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::TraceLevel;
    use crate::probe::Span;

    #[track_caller]
    fn check(variables: &'static [(&'static str, &'static str)], expected: Result<(), &str>) {
        let read = |name: &str| {
            let found = variables.iter().find(|(variable, _)| *variable == name);
            found.map(|(_, value)| (*value).to_owned()).ok_or(env::VarError::NotPresent)
        };
        match (from_environment(read), expected) {
            (Ok(_), Ok(())) => {}
            (Err(error), Err(expected)) => assert_eq!(error.to_string(), expected),
            (made, expected) => panic!("{made:?} instead of {expected:?}"),
        }
    }

    #[test]
    fn every_name_of_the_table_is_known() {
        check(&[], Ok(()));
        check(&[("MONITOR_RECORDERS", "memory, null,console")], Ok(()));
        check(&[("MONITOR_FILTER", "metrics,a::b=all")], Ok(()));
        check(&[("MONITOR_TRACES", "copies, drop_without_parent,submit_top_level,submit_toplevel")], Ok(()));
    }

    #[test]
    fn a_wrong_value_is_told_with_variable_value_and_what_is_right() {
        check(
            &[("MONITOR_RECORDERS", "null,consle")],
            Err("MONITOR_RECORDERS: no recorder is called `consle`; did you mean `console`? there are \
                 `console`, `memory`, `null`"),
        );
        check(
            &[("MONITOR_FILTER", "a=b")],
            Err(
                "MONITOR_FILTER: in `a=b`, `b` is not one of `all`, `metrics`, `off` and `spans`; write one of \
                 them, or `module::path=` and one of them",
            ),
        );
        check(
            &[("MONITOR_TRACES", "copies,submit_top_levels")],
            Err(
                "MONITOR_TRACES: `submit_top_levels` means nothing; did you mean `submit_top_level`? there are \
                 `copies`, `drop_without_parent`, `submit_top_level`, `submit_toplevel`",
            ),
        );
    }

    #[test]
    fn each_word_about_traces_is_heeded() {
        let monitor = |words: &'static str| {
            let read = move |name: &str| match name {
                TRACES => Ok(words.to_owned()),
                RECORDERS => Ok("null".to_owned()),
                _ => Err(env::VarError::NotPresent),
            };
            from_environment(read).unwrap().build()
        };
        let spans = |monitor: &Monitor| monitor.losses().spans_recorded;
        let call = |monitor: &Monitor| {
            monitor.scope(|| {
                let mut span = Span::builder("told").level(TraceLevel::TopLevel).start();
                span.copy(TraceLevel::ForceTopLevel);
            });
            spans(monitor)
        };
        assert_eq!(["", "copies", "drop_without_parent"].map(|words| call(&monitor(words))), [1, 2, 0]);
        assert_eq!(call(&monitor("drop_without_parent,submit_top_level")), 1);
        assert_eq!(call(&monitor("drop_without_parent,submit_toplevel")), 1);
    }
}
