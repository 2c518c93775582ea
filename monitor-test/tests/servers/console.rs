//! What the console says where nobody sits at a terminal: plain lines, read back as a person reads them.

use std::collections::BTreeMap;
use std::fs::File;
use std::process::Stdio;

use monitor_core::Recorder;
use monitor_core::recorders::Console;

use crate::expected::Calls;
use crate::expected::Expected;
use crate::expected::Series;
use crate::folder::Folder;
use crate::log::Call;
use crate::peer::Peer;
use crate::program;
use crate::server::eventually;

const FILE: &str = "console";
/// How far a duration may be off that is shown with one decimal.
const ROUNDING: f64 = 0.05;
/// What the table of all functions begins with.
const TITLES: &str = "function ";

pub(crate) struct Lines {
    folder: Folder,
}

impl Lines {
    pub(crate) fn start() -> Self {
        Self { folder: Folder::new("console") }
    }

    fn file(&self) -> File {
        File::create(self.folder.join(FILE)).unwrap()
    }

    /// All that was said, once the table is there, with which a flush ends.
    fn read(&self) -> Result<String, String> {
        let said = self.folder.read(FILE);
        if said.lines().any(|line| line.starts_with(TITLES)) {
            Ok(said)
        } else {
            Err(format!("no table: {said}"))
        }
    }
}

impl Peer for Lines {
    fn recorder_name(&self) -> &'static str {
        "console"
    }

    fn recorder(&self) -> Box<dyn Recorder> {
        Box::new(Console::new(self.file()))
    }

    fn settings(&self) -> Vec<(&'static str, String)> {
        vec![("TRACES_PER_BATCH", "100".to_owned())]
    }

    fn standard_error(&self) -> Option<Stdio> {
        Some(self.file().into())
    }

    fn check(&self, expected: &Expected) {
        let said = eventually(|| self.read());
        assert!(!said.contains(|letter: char| letter.is_control() && letter != '\n'), "{said:?}");
        let (before, table) = said.split_at(said.find(TITLES).unwrap());
        let (events, calls): (Vec<_>, Vec<_>) = before.lines().partition(|line| is_event(line));
        check_trees(&calls, expected);
        for (name, _, field) in program::EVENTS {
            let told = events.iter().filter(|line| line.split_whitespace().nth(2) == Some(name));
            let marks = format!(" {field}=");
            assert_eq!(
                told.filter(|line| line.contains(&marks)).count(),
                program::EACH,
                "{name}: {events:#?}"
            );
        }
        assert_eq!(events.len(), program::EVENTS.len() * program::EACH, "{events:#?}");
        check_table(table, expected);
    }
}

/// Whether a line begins with a time of day.
fn is_event(line: &str) -> bool {
    let time = line.split(' ').next().and_then(|first| first.strip_suffix('Z'));
    time.is_some_and(|time| time.chars().all(|letter| letter.is_ascii_digit() || ":.".contains(letter)))
}

/// One call of a tree: what it is called with all that it is below, how it ended, with which error, and its seconds.
fn read_call<'a>(line: &'a str, above: &mut Vec<&'a str>) -> Option<(Series, f64)> {
    let depth = (line.len() - line.trim_start().len()) / 2;
    let mut words = line.split_whitespace();
    above.truncate(depth);
    above.push(words.next()?);
    let number: f64 = words.next()?.parse().ok()?;
    let seconds = match words.next()? {
        "ns" => number / 1e9,
        "µs" => number / 1e6,
        "ms" => number / 1e3,
        "s" => number,
        _ => return None,
    };
    let outcome = words.next().filter(|word| ["cancelled", "error", "panic"].contains(word)).unwrap_or("ok");
    let error = words.next().and_then(|word| word.strip_prefix('(')?.strip_suffix(')')).unwrap_or_default();
    Some(((above.join("/"), outcome.to_owned(), error.to_owned()), seconds))
}

/// Each call stands once, below the one that made it, with its end and its duration.
#[track_caller]
fn check_trees(lines: &[&str], expected: &Expected) {
    let (mut above, mut told) = (Vec::new(), BTreeMap::<Series, Vec<f64>>::new());
    for line in lines {
        let (series, seconds) = read_call(line, &mut above).unwrap_or_else(|| panic!("no call: {line:?}"));
        told.entry(series).or_default().push(seconds);
    }
    let mut wanted = BTreeMap::<Series, Vec<&Call>>::new();
    for call in &expected.calls {
        // The type of a panic is not told: that it was one is.
        let error = call.error_type.clone().filter(|_| call.outcome == "error").unwrap_or_default();
        wanted.entry((path(call, expected), call.outcome.clone(), error)).or_default().push(call);
    }
    assert!(told.keys().eq(wanted.keys()), "{:?} instead of {:?}", told.keys(), wanted.keys());
    for (series, seconds) in told {
        Calls::from_iter(wanted[&series].iter().copied()).check_values(seconds, ROUNDING);
    }
}

/// What a call is called, with all that it is below.
fn path(call: &Call, expected: &Expected) -> String {
    let above = call.parent.as_ref().map(|parent| path(expected.call(parent), expected) + "/");
    above.unwrap_or_default() + &call.function
}

/// Each function has a row with how often it was called, and how often that ended in an error, a cancellation, a panic.
#[track_caller]
fn check_table(table: &str, expected: &Expected) {
    let mut wanted = BTreeMap::<&str, [u64; 4]>::new();
    for call in &expected.calls {
        let row = wanted.entry(&call.function).or_default();
        row[0] += 1;
        if let Some(place) =
            ["error", "cancelled", "panic"].iter().position(|outcome| call.outcome == *outcome)
        {
            row[place + 1] += 1;
        }
    }
    let rows = table.lines().skip(1).map(|line| {
        let mut words = line.split_whitespace();
        let function = words.next().unwrap_or_default();
        let numbers: Vec<u64> = words.take(4).map_while(|word| word.parse().ok()).collect();
        (function, numbers.try_into().unwrap_or_else(|_| panic!("no row: {line:?}")))
    });
    assert_eq!(rows.collect::<BTreeMap<_, _>>(), wanted);
}
