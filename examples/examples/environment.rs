//! Where the figures go is decided outside the code: the program installs what its environment names.
//!
//! ```text
//! cargo run -p examples --example environment
//! MONITOR_RECORDERS=console cargo run -p examples --example environment
//! MONITOR_RECORDERS=console MONITOR_FILTER=metrics cargo run -p examples --example environment
//! MONITOR_RECORDERS=consle cargo run -p examples --example environment
//! ```
//!
//! The first prints no figures, the second span trees and a table, the third the table only; the last says
//! what is wrong with its environment, and what would be right.

use std::process::ExitCode;

use monitor_core::monitored;

#[monitored]
fn greet(name: &str) -> String {
    format!("Good morning, {}.", capitalised(name))
}

#[monitored]
fn capitalised(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

fn main() -> ExitCode {
    let _monitor = match monitor_core::init() {
        Ok(monitor) => monitor,
        Err(error) => {
            eprintln!("{error}");
            return ExitCode::FAILURE;
        }
    };
    for name in ["ada", "grace"] {
        println!("{}", greet(name));
    }
    ExitCode::SUCCESS
}
