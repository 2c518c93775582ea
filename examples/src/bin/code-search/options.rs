//! The command line, parsed once into values that cannot be wrong.

use std::path::Path;
use std::path::PathBuf;
use std::time::Duration;

use clap::Parser;

use crate::telemetry;
use crate::telemetry::RecorderName;

/// Index a source tree, serve a mixed load of queries over it, and report how every function fared.
///
/// The functions carry `#[monitored]` and nothing else. The report tells, for each: calls, outcomes,
/// percentiles, self time and calls in flight; then the span tree of the slowest query, and what all of this
/// cost. Ctrl-C ends the load early and still reports.
#[derive(Debug, Parser)]
#[command(name = "code-search", version, verbatim_doc_comment, after_help = EXAMPLES)]
pub(crate) struct Options {
    /// The source tree to index
    #[arg(default_value = ".", value_parser = folder)]
    pub(crate) path: PathBuf,
    /// How long to serve queries, 1 to 3600
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=3600))]
    seconds: u32,
    /// How many clients ask at once, 1 to 1024
    #[arg(long, value_name = "N", default_value_t = 8, value_parser = clap::value_parser!(u16).range(1..=1024))]
    tasks: u16,
    /// Ship what is recorded here as well, by its defaults; may be given more than once
    #[arg(long = "recorder", value_name = "NAME", value_parser = telemetry::name())]
    pub(crate) recorders: Vec<RecorderName>,
}

impl Options {
    /// How long to serve queries.
    pub(crate) fn duration(&self) -> Duration {
        Duration::from_secs(self.seconds.into())
    }

    /// How many clients ask at once.
    pub(crate) fn tasks(&self) -> usize {
        self.tasks.into()
    }
}

const EXAMPLES: &str = "\
Examples:
  cargo run --release                                    this tree, 10 seconds
  cargo run --release -- ../other --seconds 60           another tree, a minute
  cargo run --release -- --tasks 64                      more clients than connections
  cargo run --release -- --recorder console --seconds 1  span trees on the terminal

MONITOR_RECORDERS and all variables beside it count as in any program. Every recorder there is:
  MONITOR_RECORDERS=prometheus,otlp cargo run --release --features recorders -- --seconds 60";

/// Reads the name of a folder that is there.
fn folder(text: &str) -> Result<PathBuf, String> {
    let path = Path::new(text);
    match std::fs::metadata(path) {
        Ok(found) if found.is_dir() => Ok(path.to_owned()),
        Ok(_) => {
            let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
            let parent = parent.unwrap_or(Path::new("."));
            Err(format!("this is a file; give the folder it is in, `{}`", parent.display()))
        }
        Err(error) => Err(format!("{error}; give a folder that holds source code")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(arguments: &[&str]) -> Result<Options, String> {
        let arguments = [&["code-search"], arguments].concat();
        Options::try_parse_from(arguments).map_err(|error| error.to_string())
    }

    #[track_caller]
    fn refused(arguments: &[&str], told: &str) {
        let message = parse(arguments).expect_err("these arguments are wrong");
        assert!(message.contains(told), "`{told}` is not told in:\n{message}");
    }

    #[test]
    fn nothing_given_is_this_folder_for_ten_seconds_with_eight_clients() {
        let options = parse(&[]).unwrap();
        assert_eq!(options.path, Path::new("."));
        assert_eq!(options.duration(), Duration::from_secs(10));
        assert_eq!(options.tasks(), 8);
        assert!(options.recorders.is_empty());
    }

    #[test]
    fn a_recorder_may_be_given_more_than_once() {
        let options = parse(&["--recorder", "console", "--recorder", "memory"]).unwrap();
        assert_eq!(options.recorders.len(), 2);
    }

    #[test]
    fn a_wrong_option_says_what_is_right() {
        refused(&["--seconds", "0"], "1..=3600");
        refused(&["--seconds", "3601"], "1..=3600");
        refused(&["--seconds", "soon"], "invalid digit");
        refused(&["--tasks", "1025"], "1..=1024");
        refused(&["--taks", "4"], "--tasks");
        refused(&["--recorder", "consol"], "a similar value exists: 'console'");
        refused(&["no/such/folder"], "give a folder");
        refused(&[concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml")], "this is a file");
    }
}
