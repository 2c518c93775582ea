//! A code-search service over SQLite, and what watching it with `#[monitored]` tells.
//!
//! It indexes a source tree, serves a mixed load of queries through a small chain of plugins, and at the end
//! says how every function fared. All that is measured comes from the attribute: no code here counts or times
//! a call, but for the clients, whose own count the report holds against the monitor's.

mod driver;
mod index;
mod load;
mod options;
mod progress;
mod report;
mod service;
mod telemetry;

use std::io::Write;
use std::process::ExitCode;

use clap::Parser;

use crate::options::Options;

fn main() -> ExitCode {
    match service::run(&Options::parse()) {
        Ok(report) => {
            // A reader that has seen enough (`| head`) closes the pipe; that is no failure of ours.
            let _ = write!(std::io::stdout(), "{report}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("code-search: {error}");
            ExitCode::FAILURE
        }
    }
}
