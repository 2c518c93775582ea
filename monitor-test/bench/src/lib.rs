//! What an instrumented call costs, beside every rival, measured in one run.
//!
//! `cargo bench --manifest-path monitor-test/bench/Cargo.toml` prints the tables; `-- --help` tells the
//! flags.

mod allocations;
mod build_cost;
mod child;
mod contestant;
mod drive;
mod events;
mod functions;
mod instructions;
mod measure;
mod options;
mod ours;
mod random;
mod rivals;
mod samples;
mod shipping;
mod sink;
mod sustained;
mod table;
mod threads;

use std::io;
use std::process::ExitCode;

use crate::options::Extra;
use crate::options::Options;
use crate::options::Request;

/// The row of ours that the column `x ours` divides by.
const OURS: &str = ours::ALL;

/// The whole program, given its arguments without the program's name.
pub fn main(arguments: impl Iterator<Item = String>) -> ExitCode {
    let arguments: Vec<_> = arguments.collect();
    let done = match arguments.split_first() {
        Some((first, rest)) if first == child::FLAG => child::serve(rest),
        Some((first, _)) if first == shipping::FLAG => shipping::serve(),
        _ => options::parse(arguments.into_iter()).and_then(answer),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}

fn answer(request: Request) -> Result<(), String> {
    match request {
        Request::Help => println!("{}", options::help()),
        Request::Run(options) => run(&options).map_err(|error| error.to_string())?,
    }
    Ok(())
}

fn run(options: &Options) -> io::Result<()> {
    measure::table(options)?.print(options.form);
    threads::table(options)?.print(options.form);
    sustained::table(options)?.print(options.form);
    if options.extras.contains(&Extra::Instructions) {
        instructions::table(options)?.print(options.form);
    }
    if options.extras.contains(&Extra::Shipping) {
        shipping::table(options)?.print(options.form);
    }
    if options.extras.contains(&Extra::Build) {
        for table in build_cost::tables(options)? {
            table.print(options.form);
        }
    }
    Ok(())
}
