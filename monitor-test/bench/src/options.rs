//! What the command line asks for.

use crate::table::Form;

/// The flags, and what `--help` says of each; the parser knows no others.
const FLAGS: &[(&str, &str)] = &[
    ("--build", "also table 5, what a user's build pays; takes several minutes"),
    ("--help", "this text"),
    ("--instructions", "also table 4, instructions per call; needs valgrind"),
    ("--markdown", "print the tables as Markdown"),
    ("--only <text>", "only contestants whose name contains the text, and what they are compared with"),
    ("--shipping", "also table 6, what a span costs until a server has it"),
    ("--quick", "few rounds and fewer calls: for a look, not for a claim"),
];

/// A run, as asked for.
#[derive(Clone, Debug, Default)]
pub(crate) struct Options {
    /// Which optional tables to add.
    pub extras: Vec<Extra>,
    /// How the tables are printed.
    pub form: Form,
    /// What a contestant's name must contain.
    pub only: String,
    /// How much is measured.
    pub effort: Effort,
}

/// A table that is only made when asked for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Extra {
    /// Table 5.
    Build,
    /// Table 4.
    Instructions,
    /// Table 6.
    Shipping,
}

/// How much is measured.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) enum Effort {
    /// Enough for a claim.
    #[default]
    Full,
    /// Enough for a look.
    Quick,
}

impl Effort {
    /// One of two values.
    pub(crate) fn pick<T>(self, full: T, quick: T) -> T {
        match self {
            Self::Full => full,
            Self::Quick => quick,
        }
    }
}

/// What to do.
#[derive(Debug)]
pub(crate) enum Request {
    /// Print [`help`].
    Help,
    /// Measure.
    Run(Options),
}

/// Reads the command line.
///
/// # Errors
///
/// Names the flag that is not known or incomplete, and what would be right.
pub(crate) fn parse(mut arguments: impl Iterator<Item = String>) -> Result<Request, String> {
    let mut options = Options::default();
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            // Cargo adds it to whatever it runs as a bench.
            "--bench" => {}
            "--build" => options.extras.push(Extra::Build),
            "--help" | "-h" => return Ok(Request::Help),
            "--instructions" => options.extras.push(Extra::Instructions),
            "--markdown" => options.form = Form::Markdown,
            "--only" => {
                let text = arguments.next().filter(|text| !text.starts_with("--"));
                options.only = text.ok_or("`--only` needs a text, such as `--only tracing`")?;
            }
            "--shipping" => options.extras.push(Extra::Shipping),
            "--quick" => options.effort = Effort::Quick,
            unknown => {
                let known: Vec<_> = FLAGS.iter().map(|(flag, _)| format!("`{flag}`")).collect();
                return Err(format!("unknown flag `{unknown}`; the flags here are {}", known.join(", ")));
            }
        }
    }
    Ok(Request::Run(options))
}

/// What the command does, flag by flag.
pub(crate) fn help() -> String {
    let lines: Vec<_> = FLAGS.iter().map(|(flag, text)| format!("  {flag:<16}{text}")).collect();
    format!(
        "What an instrumented call costs, beside every rival (tables 1 to 3).\n\n\
         cargo bench --manifest-path monitor-test/bench/Cargo.toml -- [flags]\n\n{}",
        lines.join("\n")
    )
}
