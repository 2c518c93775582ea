use std::pin::Pin;

use monitor_core::monitored;

type Rows = Pin<Box<dyn futures_core::Stream<Item = u32> + Send>>;

#[monitored(outcome = classify)]
fn place(rows: Rows) -> Rows {
    rows
}

#[monitored(ret)]
fn find(rows: Rows) -> Rows {
    rows
}

#[monitored(kind = client, err = debug)]
fn load(rows: Rows) -> Rows {
    rows
}

fn classify(_: &u32) -> monitor_core::Outcome {
    monitor_core::Outcome::Ok
}

fn main() {}
