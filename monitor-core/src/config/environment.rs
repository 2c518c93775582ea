//! `MONITOR_RECORDERS`, `MONITOR_FILTER` and `MONITOR_TRACES`.

use std::env;
use std::ffi::OsString;

use crate::config::ConfigError;
use crate::config::variables::Variables;
use crate::model::Filter;
use crate::model::FilterError;
use crate::model::Resource;
use crate::model::TraceIds;
use crate::model::WithoutParent;
use crate::model::list_known;
use crate::monitor::Installed;
use crate::monitor::Monitor;
use crate::monitor::MonitorBuilder;
use crate::recorders::Builtin;

/// The recorders, by name, joined by commas.
const RECORDERS: &str = "MONITOR_RECORDERS";
/// What is recorded, as [`Filter`] reads it.
const FILTER: &str = "MONITOR_FILTER";
/// Where traces begin, in words joined by commas.
const TRACES: &str = "MONITOR_TRACES";

/// A word of `MONITOR_TRACES`, and what it changes.
type TraceWord = (&'static str, fn(MonitorBuilder) -> MonitorBuilder);

const TRACE_WORDS: [TraceWord; 5] = [
    ("copies", MonitorBuilder::copies),
    ("drop_without_parent", |builder| builder.without_parent(WithoutParent::Drop)),
    ("submit_top_level", MonitorBuilder::submit_top_level),
    // As the AWS drivers spell it in their code, other than in their documentation.
    ("submit_toplevel", MonitorBuilder::submit_top_level),
    ("timestamped_ids", |builder| builder.trace_ids(TraceIds::Timestamped)),
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
/// | `timestamped_ids` | [`MonitorBuilder::trace_ids`] with [`TraceIds::Timestamped`] |
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
    let resource = Resource::from_env().map_err(ConfigError::Resource)?;
    let builder = from_environment(env::vars_os())?.resource(resource);
    builder.install().map_err(ConfigError::Installed)
}

fn from_environment(
    variables: impl IntoIterator<Item = (OsString, OsString)>,
) -> Result<MonitorBuilder, ConfigError> {
    let mut variables = Variables::read(variables)?;
    let mut builder = Monitor::builder();
    for name in words(&variables.take(RECORDERS)) {
        let builtin = Builtin::named(name)
            .map_err(|problem| ConfigError::Invalid { variable: RECORDERS.to_owned(), problem })?;
        let recorder = builtin.open(variables.settings(name)).map_err(ConfigError::Setting)?;
        builder = builder.boxed_recorder(recorder);
    }
    let parsed: Filter = variables.take(FILTER).parse().map_err(|error: FilterError| {
        ConfigError::Invalid { variable: FILTER.to_owned(), problem: error.to_string() }
    })?;
    builder = builder.filter(parsed);
    for word in words(&variables.take(TRACES)) {
        let known = TRACE_WORDS.iter().find(|(known, _)| *known == word);
        let (_, change) = known.ok_or_else(|| unknown_trace_word(word))?;
        builder = change(builder);
    }
    Ok(builder)
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(',').map(str::trim).filter(|word| !word.is_empty())
}

fn unknown_trace_word(word: &str) -> ConfigError {
    let known = TRACE_WORDS.map(|(known, _)| known);
    let problem = format!("`{word}` means nothing; {}", list_known(word, &known));
    ConfigError::Invalid { variable: TRACES.to_owned(), problem }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::TraceLevel;
    use crate::probe::Span;

    fn read(variables: &[(&str, &str)]) -> Vec<(OsString, OsString)> {
        variables.iter().map(|(name, value)| (name.into(), value.into())).collect()
    }

    #[track_caller]
    fn check(variables: &'static [(&'static str, &'static str)], expected: Result<(), &str>) {
        match (from_environment(read(variables)), expected) {
            (Ok(_), Ok(())) => {}
            // Which recorders there are depends on the build.
            (Err(error), Err(expected)) if expected.ends_with('…') => {
                assert!(error.to_string().starts_with(expected.trim_end_matches('…')), "{error}");
            }
            (Err(error), Err(expected)) => assert_eq!(error.to_string(), expected),
            (made, expected) => panic!("{made:?} instead of {expected:?}"),
        }
    }

    #[test]
    fn every_name_of_the_table_is_known() {
        check(&[], Ok(()));
        check(&[("MONITOR_RECORDERS", "memory, null,console")], Ok(()));
        check(&[("MONITOR_FILTER", "metrics,a::b=all")], Ok(()));
        check(&[("MONITOR_TRACES", "copies, drop_without_parent,submit_top_level,timestamped_ids")], Ok(()));
    }

    #[test]
    fn a_wrong_value_is_told_with_variable_value_and_what_is_right() {
        check(
            &[("MONITOR_RECORDERS", "null,consle")],
            Err("MONITOR_RECORDERS: no recorder is called `consle`; did you mean `console`? there are …"),
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
                 `copies`, `drop_without_parent`, `submit_top_level`, `submit_toplevel`, `timestamped_ids`",
            ),
        );
    }

    #[test]
    fn a_setting_of_a_recorder_is_a_variable_of_its_own() {
        check(&[("MONITOR_RECORDERS", "memory"), ("MONITOR_MEMORY_CAPACITY", "10")], Ok(()));
        check(
            &[("MONITOR_RECORDERS", "memory"), ("MONITOR_MEMORY_CAPACITY", "ten")],
            Err("MONITOR_MEMORY_CAPACITY: `ten` is not a whole number"),
        );
        check(
            &[("MONITOR_RECORDERS", "memory"), ("MONITOR_MEMORY_CAPACTIY", "10")],
            Err(
                "MONITOR_MEMORY_CAPACTIY: `memory` has no setting `capactiy`; did you mean `capacity`? there are \
                 `capacity`",
            ),
        );
        check(&[("MONITOR_MEMORY_CAPACITY", "ten")], Ok(()));
    }

    #[test]
    fn each_word_about_traces_is_heeded() {
        let monitor = |words: &'static str| {
            from_environment(read(&[(TRACES, words), (RECORDERS, "null")])).unwrap().build()
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
