//! Tasks: a spawned one stays a child of the span it comes from, and a dropped one is seen as cancelled.
//!
//! `cargo run -p examples --example tasks` prints one tree: an answer, a timeout, and work on another thread.

use std::time::Duration;

use monitor_core::Context;
use monitor_core::FutureExt;
use monitor_core::Monitor;
use monitor_core::monitored;
use monitor_core::recorders::Console;
use tokio::task::spawn_blocking;
use tokio::time::sleep;
use tokio::time::timeout;

#[monitored]
async fn page() -> usize {
    // A task is polled on its own; the context makes it a part of this call.
    let quick = tokio::spawn(fetch(2).in_context(Context::current()));
    // Dropped by the timeout before it is done: cancelled, not an error.
    let slow = timeout(Duration::from_millis(10), fetch(1000)).await;
    let context = Context::current();
    let sum = spawn_blocking(move || context.run(|| summed(1_000_000))).await;
    [quick.await.is_ok(), slow.is_ok(), sum.is_ok()].into_iter().filter(|done| *done).count()
}

#[monitored(fields(milliseconds = milliseconds))]
async fn fetch(milliseconds: u64) {
    sleep(Duration::from_millis(milliseconds)).await;
}

#[monitored]
fn summed(until: u64) -> u64 {
    (0..until).fold(0, u64::wrapping_add)
}

#[tokio::main]
async fn main() -> Result<(), monitor_core::InstallError> {
    let _monitor = Monitor::builder().recorder(Console::default()).install()?;
    println!("{} of 3 parts are there", page().await);
    Ok(())
}
