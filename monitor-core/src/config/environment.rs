//! `MONITOR_RECORDERS` and `MONITOR_FILTER`.

use std::env;
use std::error::Error;
use std::fmt;

use crate::model::Filter;
use crate::monitor::InstallError;
use crate::monitor::Installed;
use crate::monitor::Monitor;
use crate::monitor::MonitorBuilder;
use crate::recorders::BUILTIN;

/// The recorders, by name, joined by commas.
const RECORDERS: &str = "MONITOR_RECORDERS";
/// What is recorded, as [`Filter`] reads it.
const FILTER: &str = "MONITOR_FILTER";

/// Installs the global monitor as the environment says: `MONITOR_RECORDERS` names the recorders, such as
/// `console,memory`, and `MONITOR_FILTER` says what is recorded, as [`Filter`] reads it. Without the first,
/// nothing is shipped and only snapshots tell; without the second, everything is recorded.
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
    Ok(builder.filter(parsed))
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
    }
}
