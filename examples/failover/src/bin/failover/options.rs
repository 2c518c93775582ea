//! The command line, parsed once into values that cannot be wrong.

use std::time::Duration;

use clap::Parser;
use clap::ValueEnum;

/// Write and read at a cluster, kill its primary in the middle, and prove that nothing is lost.
///
/// By itself this is a cluster of two small servers over SQLite, in this process. With `--postgres` it is a primary
/// and its standby that you have; their first is the one that dies.
#[derive(Debug, Parser)]
#[command(name = "failover", version, verbatim_doc_comment, after_help = EXAMPLES)]
pub(crate) struct Options {
    /// How long to go on, 2 to 3600; the primary dies in the middle
    #[arg(long, value_name = "N", default_value_t = 6, value_parser = clap::value_parser!(u32).range(2..=3600))]
    seconds: u32,
    /// How many clients write and read at once, 1 to 1024
    #[arg(long, value_name = "N", default_value_t = 8, value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub(crate) tasks: u16,
    /// How the primary over SQLite dies
    #[arg(long, value_name = "HOW", default_value = "killed", conflicts_with = "postgres")]
    pub(crate) death: Death,
    /// A PostgreSQL primary and its standbys: `host=.. port=.. user=.., host=.. port=.. user=..`
    #[arg(long, value_name = "HOSTS")]
    pub(crate) postgres: Option<String>,
    /// The command that kills the PostgreSQL primary; without it you kill it yourself
    #[arg(long, value_name = "COMMAND", requires = "postgres")]
    pub(crate) kill: Option<String>,
}

/// How a server dies.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(crate) enum Death {
    /// It stays connected and says nothing any more: only who watches it finds out
    Frozen,
    /// Its port and all its connections close
    Killed,
}

impl Options {
    /// How long to go on.
    pub(crate) fn duration(&self) -> Duration {
        Duration::from_secs(self.seconds.into())
    }
}

const EXAMPLES: &str = "\
Examples:
  cargo run --release --bin failover                      two servers over SQLite, 6 seconds
  cargo run --release --bin failover -- --death frozen    a primary that says nothing any more
  cargo run --release --bin failover -- \\
    --postgres 'host=127.0.0.1 port=5433 user=me, host=127.0.0.1 port=5434 user=me' \\
    --kill 'pg_ctl -D primary -m immediate stop'          a PostgreSQL primary and its standby";

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(arguments: &[&str]) -> Result<Options, String> {
        Options::try_parse_from([&["failover"], arguments].concat()).map_err(|error| error.to_string())
    }

    #[track_caller]
    fn refused(arguments: &[&str], told: &str) {
        let message = parse(arguments).expect_err("these arguments are wrong");
        assert!(message.contains(told), "`{told}` is not told in:\n{message}");
    }

    #[test]
    fn nothing_given_is_two_servers_for_six_seconds_with_eight_clients() {
        let options = parse(&[]).unwrap();
        assert_eq!((options.duration(), options.tasks), (Duration::from_secs(6), 8));
        assert_eq!((options.death, options.postgres), (Death::Killed, None));
    }

    #[test]
    fn a_wrong_option_says_what_is_right() {
        refused(&["--seconds", "1"], "2..=3600");
        refused(&["--tasks", "0"], "1..=1024");
        refused(&["--death", "froze"], "a similar value exists: 'frozen'");
        refused(&["--kill", "true"], "--postgres");
        refused(&["--postgres", "host=a", "--death", "frozen"], "cannot be used with");
    }
}
