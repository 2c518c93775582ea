//! The least that a program needs: an attribute, and a monitor with one recorder.
//!
//! `cargo run -p examples --example ten_lines` prints two calls, one that went well and one that did not.

use std::num::ParseIntError;

use monitor_core::Monitor;
use monitor_core::monitored;
use monitor_core::recorders::Console;

#[monitored]
fn parse(text: &str) -> Result<u32, ParseIntError> {
    text.parse()
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let _guard = Monitor::builder().recorder(Console::default()).install()?;
    for text in ["42", "forty-two"] {
        let _ = parse(text);
    }
    Ok(())
}
