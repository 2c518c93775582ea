//! A load of reads and writes whose primary is killed in the middle, and what becomes of it.
//!
//! The driver is the library of this package; here is the job that shows it: clients, a death, and a report that proves that
//! nothing was lost.

mod chronicle;
mod client;
mod cluster;
mod failed_over;
mod job;
mod metrics;
mod options;
mod report;
mod story;
mod tally;
mod tree;

use std::io::Write;
use std::process::ExitCode;

use clap::Parser;

use crate::options::Options;

#[tokio::main]
async fn main() -> ExitCode {
    match job::run(&Options::parse()).await {
        Ok(report) => {
            // A reader that has seen enough (`| head`) closes the pipe; that is no failure of ours.
            let _ = write!(std::io::stdout(), "{report}");
            if report.nothing_is_lost() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
        }
        Err(error) => {
            eprintln!("failover: {error}");
            ExitCode::FAILURE
        }
    }
}
