//! What an instrumented call costs, beside every rival: `cargo bench -- --help` tells the flags.

use std::process::ExitCode;

fn main() -> ExitCode {
    monitor_bench::main(std::env::args().skip(1))
}
