//! A monitor as file and environment say.

use std::collections::BTreeSet;
use std::env;
use std::ffi::OsString;

use crate::config::ConfigError;
use crate::config::said::Said;
use crate::config::said::Wanted;
use crate::config::variables::Variables;
use crate::model::FilterError;
use crate::model::Resource;
use crate::model::TraceIds;
use crate::model::WithoutParent;
use crate::model::list_known;
use crate::monitor::Installed;
use crate::monitor::Monitor;
use crate::monitor::MonitorBuilder;
use crate::recorder::FromSetting;
use crate::recorder::Recorder;
use crate::recorder::layer::RecorderExt;
use crate::recorders::Builtin;

/// The label values that have a series of their own, as names and values.
const RESERVED_LABELS: &str = "MONITOR_RESERVED_LABELS";
/// What is recorded, as [`Filter`] reads it.
const FILTER: &str = "MONITOR_FILTER";
/// Where traces begin, in words joined by commas.
const TRACES: &str = "MONITOR_TRACES";
/// How often recorders get the metrics.
const INTERVAL: &str = "MONITOR_INTERVAL";

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

/// Installs the global monitor as file and environment say. See [`configured`] for what they can say.
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
/// Something was said that means nothing, which the error tells together with where it was said and what would be right;
/// or a global monitor is installed already.
pub fn init() -> Result<Installed, ConfigError> {
    configured()?.install().map_err(ConfigError::Installed)
}

/// A builder as file and environment say, to which more can be added: listeners, a resource, recorders of one's own.
///
/// | variable | in the file | what it says |
/// |---|---|---|
/// | `MONITOR_RECORDERS` | a table `[recorders.otlp]` each | the recorders, by [name](crate::recorders::BUILTIN): `console,prometheus`. None: nothing is shipped, only snapshots tell. Several of a kind: `eu:otlp,us:otlp`, in the file `[recorders.eu]` with `kind = "otlp"` |
/// | `MONITOR_<RECORDER>_<KEY>` | `key = value` in its table | a setting of this recorder, such as `MONITOR_STATSD_ADDRESS`, or of a [layer](crate::layers) over it, such as `MONITOR_OTLP_SAMPLE=0.1` |
/// | `MONITOR_FILTER` | `filter` | what is recorded, as [`Filter`](crate::Filter) reads it; everything otherwise |
/// | `MONITOR_INTERVAL` | `interval` | how often recorders get the metrics, such as `30s`; [ten seconds](MonitorBuilder::interval) otherwise |
/// | `MONITOR_TRACES` | `traces` | words about traces, see below |
/// | `MONITOR_RESERVED_LABELS` | `[reserved_labels]` | label values that have [a series of their own](MonitorBuilder::reserve_labels), as `tenant=acme,tenant=globex`, in the file `tenant = ["acme", "globex"]` |
/// | `OTEL_SERVICE_NAME`, `OTEL_RESOURCE_ATTRIBUTES` | `[resource]` | [what produces the signals](crate::Resource) |
/// | `MONITOR_CONFIG` | | a file in TOML (feature `toml`), which says all this as well. What a variable says counts more |
/// | `MONITOR_PROFILE` | `[profiles.production]` and so on | which profile counts: all of this once more, laid over the rest of the file |
///
/// | word of `MONITOR_TRACES` | what it does |
/// |---|---|
/// | `copies` | [`MonitorBuilder::copies`] |
/// | `drop_without_parent` | [`MonitorBuilder::without_parent`] with [`WithoutParent::Drop`] |
/// | `submit_top_level`, also `submit_toplevel` | [`MonitorBuilder::submit_top_level`] |
/// | `timestamped_ids` | [`MonitorBuilder::trace_ids`] with [`TraceIds::Timestamped`] |
///
/// ```toml
/// [recorders.console]
///
/// [resource]
/// service.name = "shop"
///
/// [profiles.production]
/// filter = "all, shop::debug=off"
///
/// [profiles.production.recorders.otlp]
/// endpoint = "http://collector:4318"
/// sample = 0.1
/// ```
///
/// ```
/// let builder = monitor_core::configured()?;
/// let monitor = builder.listener(monitor_core::listener::log::CommandLog::default()).build();
/// # drop(monitor);
/// # Ok::<(), monitor_core::ConfigError>(())
/// ```
///
/// # Errors
///
/// Something was said that means nothing, which the error tells together with where it was said and what would be right.
pub fn configured() -> Result<MonitorBuilder, ConfigError> {
    let resource = Resource::from_env().map_err(ConfigError::Resource)?;
    from_environment(env::vars_os(), resource)
}

pub(crate) fn from_environment(
    variables: impl IntoIterator<Item = (OsString, OsString)>,
    resource: Resource,
) -> Result<MonitorBuilder, ConfigError> {
    let mut said = Said::read(Variables::read(variables)?)?;
    let mut builder = Monitor::builder();
    let mut names = BTreeSet::new();
    for wanted in said.recorders() {
        if !names.insert(wanted.name.clone()) {
            let problem = format!(
                "`{}` is there twice; give the second one a name, as in `eu:otlp,us:otlp`",
                wanted.name
            );
            return Err(ConfigError::invalid(wanted.origin, problem));
        }
        builder = builder.boxed_recorder(made(wanted)?);
    }
    if let Some((origin, filter)) = said.take(FILTER, "filter") {
        let filter =
            filter.parse().map_err(|error: FilterError| ConfigError::invalid(origin, error.to_string()))?;
        builder = builder.filter(filter);
    }
    if let Some(interval) = setting(&mut said, INTERVAL, "interval")? {
        builder = builder.interval(interval);
    }
    if let Some((origin, words)) = said.take(TRACES, "traces") {
        for word in words.split(',').map(str::trim).filter(|word| !word.is_empty()) {
            let known = TRACE_WORDS.iter().find(|(known, _)| *known == word);
            let (_, change) = known.ok_or_else(|| unknown_trace_word(&origin, word))?;
            builder = change(builder);
        }
    }
    let reserved: Option<Vec<(String, String)>> = setting(&mut said, RESERVED_LABELS, "reserved_labels")?;
    for (label, value) in reserved.into_iter().flatten() {
        builder = builder.reserve_labels(label, [value]);
    }
    for (label, values) in said.table("reserved_labels") {
        builder = builder.reserve_labels(label, values.split(',').map(str::trim));
    }
    said.check_rest(&[FILTER, INTERVAL, RESERVED_LABELS, TRACES])?;
    // What a variable says counts more than what a file says.
    let of_file =
        said.table("resource").fold(Resource::default(), |all, (name, value)| all.with(name, value));
    Ok(builder.resource(resource.or(&of_file)))
}

/// What was said about a key of the type that it has.
fn setting<T: FromSetting>(
    said: &mut Said,
    variable: &'static str,
    key: &str,
) -> Result<Option<T>, ConfigError> {
    let Some((origin, text)) = said.take(variable, key) else { return Ok(None) };
    let meant = T::from_setting(text.trim());
    let problem = || ConfigError::invalid(origin, format!("`{text}` is not {}", T::EXPECTED));
    meant.map(Some).ok_or_else(problem)
}

fn made(wanted: Wanted) -> Result<Box<dyn Recorder>, ConfigError> {
    let Wanted { name, kind, origin, settings } = wanted;
    let builtin = Builtin::named(&kind).map_err(|problem| ConfigError::invalid(origin, problem))?;
    let recorder = builtin.open(settings).map_err(ConfigError::Setting)?;
    Ok(if name == kind { recorder } else { Box::new(recorder.named(name)) })
}

fn unknown_trace_word(origin: &str, word: &str) -> ConfigError {
    let known = TRACE_WORDS.map(|(known, _)| known);
    ConfigError::invalid(origin, format!("`{word}` means nothing; {}", list_known(word, &known)))
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
        match (from_environment(read(variables), Resource::default()), expected) {
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
                "MONITOR_MEMORY_CAPACTIY: `memory` has no setting `capactiy`; did you mean `capacity`? there are …",
            ),
        );
        check(&[("MONITOR_MEMORY_CAPACITY", "ten")], Ok(()));
    }

    #[test]
    fn a_variable_that_is_almost_one_of_ours_is_told_and_others_are_not_ours() {
        check(
            &[("MONITOR_RECORDER", "console")],
            Err("MONITOR_RECORDER: there is no such variable; did you mean `MONITOR_RECORDERS`?"),
        );
        check(
            &[("MONITOR_FLITER", "off")],
            Err("MONITOR_FLITER: there is no such variable; did you mean `MONITOR_FILTER`?"),
        );
        check(&[("MONITOR_SERVERS", "all"), ("MONITOR_URL", "x"), ("MONITOR_STATSD_ADDRESS", "x")], Ok(()));
    }

    #[test]
    fn a_recorder_is_not_asked_for_twice_by_one_name() {
        check(
            &[("MONITOR_RECORDERS", "null,null")],
            Err(
                "MONITOR_RECORDERS: `null` is there twice; give the second one a name, as in `eu:otlp,us:otlp`",
            ),
        );
        check(&[("MONITOR_RECORDERS", "null,other:null")], Ok(()));
    }

    #[test]
    fn an_error_is_shown_by_main_as_it_is_said() {
        let error = from_environment(read(&[("MONITOR_INTERVAL", "5")]), Resource::default()).err().unwrap();
        assert_eq!(format!("{error:?}"), error.to_string());
    }

    #[test]
    fn each_word_about_traces_is_heeded() {
        let monitor = |words: &'static str| {
            from_environment(read(&[(TRACES, words), ("MONITOR_RECORDERS", "null")]), Resource::default())
                .unwrap()
                .build()
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
