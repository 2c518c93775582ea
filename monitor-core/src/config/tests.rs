//! What files and variables say together.

use std::ffi::OsString;
use std::fs;
use std::path::PathBuf;
use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering;

use crate::config::environment::from_environment;
use crate::model::Resource;
use crate::monitor::Monitor;
use crate::probe::Span;
use crate::probe::instrument::Counter;

const FILE: &str = r#"
filter = "all"
interval = "30s"

[resource]
service.name = "shop"
team = "blue"

[recorders.memory]
capacity = 10

[recorders.spare]
kind = "null"
sample = 0.5

[profiles.quiet]
filter = "off"

[profiles.production.recorders.memory]
capacity = 20
queue = 7
"#;

/// A file that is gone at the end.
struct File(PathBuf);

impl File {
    fn new(name: &str, text: &str) -> Self {
        // Tests of one process run side by side.
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("monitor-{}-{number}-{name}.toml", std::process::id());
        let path = std::env::temp_dir().join(name);
        fs::write(&path, text).unwrap();
        Self(path)
    }
}

impl Drop for File {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

fn made(file: &File, variables: &[(&str, &str)]) -> Result<Monitor, String> {
    let mut all: Vec<(OsString, OsString)> = vec![("MONITOR_CONFIG".into(), file.0.clone().into())];
    all.extend(variables.iter().map(|(name, value)| (name.into(), value.into())));
    let builder = from_environment(all, Resource::default()).map_err(|error| error.to_string())?;
    Ok(builder.build())
}

fn recorders(monitor: &Monitor) -> Vec<String> {
    let mut names: Vec<_> = monitor.accounts().into_iter().map(|account| account.recorder).collect();
    names.dedup();
    names
}

#[test]
fn a_file_names_recorders_with_their_settings_and_the_resource() {
    let file = File::new("names", FILE);
    let monitor = made(&file, &[]).unwrap();
    assert_eq!(recorders(&monitor), ["memory", "spare"]);
    let snapshot = monitor.snapshot();
    let resource = snapshot.resource();
    assert_eq!(resource.service_name(), "shop");
    assert_eq!(resource.get("team").map(|it| it.to_string()).as_deref(), Some("blue"));
}

#[test]
fn a_variable_counts_more_than_the_file() {
    let file = File::new("variable", FILE);
    assert_eq!(recorders(&made(&file, &[("MONITOR_RECORDERS", "spare")]).unwrap()), ["spare"]);
    let two = made(&file, &[("MONITOR_RECORDERS", "one:null, two:null")]).unwrap();
    assert_eq!(recorders(&two), ["one", "two"]);
    // What belongs to the one with the longer name is no setting of the other.
    let near = [("MONITOR_RECORDERS", "eu:memory,eu-west:memory"), ("MONITOR_EU_WEST_CAPACITY", "7")];
    assert_eq!(recorders(&made(&file, &near).unwrap()), ["eu", "eu-west"]);
    let wrong = made(&file, &[("MONITOR_MEMORY_CAPACITY", "many")]).unwrap_err();
    assert_eq!(wrong, "MONITOR_MEMORY_CAPACITY: `many` is not a whole number");
}

#[test]
fn a_profile_is_laid_over_the_rest_of_the_file() {
    let file = File::new("profile", FILE);
    let recorded = |profile: &str| {
        let monitor = made(&file, &[("MONITOR_PROFILE", profile)]).unwrap();
        monitor.scope(|| drop(Span::start("said")));
        monitor.losses().spans_recorded
    };
    assert_eq!(["", "production", "quiet"].map(recorded), [1, 1, 0]);
    let unknown = made(&file, &[("MONITOR_PROFILE", "prodution")]).unwrap_err();
    assert_eq!(
        unknown,
        "MONITOR_PROFILE: there is no profile `prodution`; did you mean `production`? there are `quiet`, `production`"
    );
}

#[test]
fn f78_what_is_wrong_in_a_file_is_told_with_line_key_value_and_what_is_right() {
    #[track_caller]
    fn check(name: &str, text: &str, expected: &str) {
        let file = File::new(name, text);
        let error = made(&file, &[]).unwrap_err();
        let error = error.replace(&file.0.display().to_string(), "m.toml");
        assert!(error.starts_with(expected), "{error}");
    }
    check("key", "\nfitler = 'all'", "m.toml:2: there is no key `fitler`; did you mean `filter`? there are ");
    check(
        "recorder",
        "[recorders.consle]",
        "m.toml:1: no recorder is called `consle`; did you mean `console`? ",
    );
    check(
        "value",
        "[recorders.memory]\ncapacity = 'ten'",
        "m.toml:2: recorders.memory.capacity: `ten` is not a whole number",
    );
    check(
        "setting",
        "[recorders.memory]\ncapactiy = 10",
        "m.toml:2: recorders.memory.capactiy: `memory` has no setting `capactiy`; did you mean `capacity`?",
    );
    check(
        "profile",
        "[profiles.a]\nrecorder = 1",
        "m.toml:2: there is no key `recorder`; did you mean `recorders`? there are ",
    );
    for (name, wrong) in [
        ("tables", "recorders"),
        ("table", "recorders.otlp"),
        ("profiles", "profiles"),
        ("resource", "resource"),
    ] {
        let expected = format!("m.toml:1: `{wrong}` is a table; write `[{wrong}]` and its keys below");
        check(name, &format!("{wrong} = 'otlp'"), &expected);
    }
    check("no_table", "[filter]", "m.toml:1: `filter` is no table; write `filter = '..'`");
    check("no_table_of_profile", "[profiles.a.interval]", "m.toml:1: `profiles.a.interval` is no table; ");
    check("profile_of_profile", "[profiles.a.profiles.b]", "m.toml:1: a profile has no profiles; ");
    check("reserved", "reserved_labels = 'tenant'", "m.toml:1: `tenant` is not `name=value`");
    check("filter", "filter = 'a=b'", "m.toml:1: in `a=b`, `b` is not one of `all`, ");
    check("interval", "interval = 5", "m.toml:1: `5` is not a duration such as `500ms`");
}

#[test]
fn f78_a_file_that_is_not_there_is_told() {
    let nowhere = [("MONITOR_CONFIG", "nowhere.toml")].map(|(name, value)| (name.into(), value.into()));
    let error = from_environment(nowhere, Resource::default()).unwrap_err().to_string();
    assert!(error.starts_with("nowhere.toml: "), "{error}");
    assert!(error.ends_with("; `MONITOR_CONFIG` must name a file that can be read"), "{error}");
}

#[test]
fn f60_reserved_labels_are_said_by_file_and_variable() {
    let file = File::new("reserved", "[reserved_labels]\ntenant = ['acme', 'globex']\n");
    let monitor = made(&file, &[("MONITOR_RESERVED_LABELS", "tenant=initech, shard=7")]).unwrap();
    static SERVED: Counter = Counter::new("config.reserved.served").labels(&["tenant"], 1);
    let tenants = ["made up", "another", "acme", "globex", "initech"];
    monitor.scope(|| tenants.into_iter().for_each(|tenant| SERVED.add_with(1, &[tenant])));
    let snapshot = monitor.snapshot();
    let points = &snapshot.metric("config.reserved.served").unwrap().points;
    let mut told: Vec<_> = points.iter().map(|point| &*point.labels[0].1).collect();
    told.sort_unstable();
    assert_eq!(told, ["acme", "globex", "initech", "made up", "true"]);
}
