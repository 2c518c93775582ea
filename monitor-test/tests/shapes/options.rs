//! Every option, in a form that compiles without a warning.

use std::fmt;

use monitor_core::monitored;
use monitor_core::ErrorType;
use monitor_core::Labels;
use monitor_core::Outcome;

use crate::support::block_on;
use crate::support::pause;

#[derive(Clone, Copy, Debug, Labels)]
pub enum Operation {
    Read,
    #[label(rename = "write")]
    WriteOrUpdate,
}

#[derive(Clone, Copy, Debug, Labels)]
pub enum Step {
    Start,
    Run(Operation),
}

#[derive(Clone, Copy, Debug, Labels)]
pub struct Where {
    pub step: Step,
    pub primary: bool,
}

#[derive(Debug, ErrorType)]
pub enum Fault {
    Closed,
    #[error_type(rename = "timeout")]
    TimedOut {
        after: u32,
    },
    #[error_type(transparent)]
    Inner(InnerFault),
}

#[derive(Debug, ErrorType)]
pub struct InnerFault(pub u32);

impl fmt::Display for Fault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Fault::Closed => formatter.write_str("closed"),
            Fault::TimedOut { after } => write!(formatter, "timed out after {after}"),
            Fault::Inner(InnerFault(code)) => write!(formatter, "inner {code}"),
        }
    }
}

const BUCKETS: &[f64] = &[0.1, 1.0];

#[monitored(
    name = "orders.place",
    kind = client,
    args(id, %fault, ?operation),
    fields(double = id * 2, shown = %fault, debugged = ?fault, "http.status" = 200, db.system = "x"),
    labels(op = operation, primary = id > 1),
    buckets(0.005, 0.01, 1),
    slow = "100ms",
    signals(metrics, spans),
    ret,
    err,
)]
pub fn everything(id: u32, fault: &Fault, operation: Operation) -> Result<u32, String> {
    if id == 0 {
        return Err(fault.to_string());
    }
    let _ = operation;
    Ok(id)
}

#[monitored(buckets = BUCKETS, labels(tenant = tenant, size = tenant.len(), max = 16), signals(metrics))]
pub fn bounded(tenant: &str) -> usize {
    tenant.len()
}

fn classify(status: &u16) -> Outcome {
    if *status < 500 {
        Outcome::Ok
    } else {
        Outcome::Error
    }
}

fn kind(error: &str) -> &'static str {
    if error.is_empty() {
        "empty"
    } else {
        "full"
    }
}

#[monitored(outcome = classify, ret = display)]
pub fn status(code: u16) -> u16 {
    code
}

#[monitored(outcome = |result: &Option<u32>| if result.is_some() { Outcome::Ok } else { Outcome::Error })]
pub fn found(found: bool) -> Option<u32> {
    found.then_some(1)
}

#[monitored(error_type = kind, err = debug)]
pub async fn typed(text: &str) -> Result<u32, String> {
    pause().await;
    text.parse().map_err(|_| text.to_owned())
}

#[monitored(fields(rows, db.name, start = 1))]
pub fn late(rows: u32) -> u32 {
    monitor_core::field!(rows = rows);
    monitor_core::field!(db.name = %"main");
    rows
}

#[monitored(fields(rows))]
pub async fn late_and_async(rows: u32) -> u32 {
    pause().await;
    monitor_core::field!(rows = ?rows);
    rows
}

#[monitored(fields(rows))]
pub fn late_in_a_closure(rows: &[u32]) -> u32 {
    let count = |one: &u32| {
        monitor_core::field!(rows = *one);
        *one
    };
    rows.iter().map(count).sum()
}

#[monitored(fields(rows, r#type, db.type))]
pub fn late_without_a_value() {}

mod reexport {
    pub use monitor_core::__private;
}

#[monitored(crate = crate::options::reexport)]
pub fn through_another_path() -> Result<(), Fault> {
    Ok(())
}

pub struct Pool {
    size: u32,
}

#[monitored(name = "pool", fields(size = self.size), labels(large = self.size > 9), err, ret, kind = "internal")]
impl Pool {
    pub fn take(&mut self) -> Result<u32, String> {
        if self.size == 0 {
            return Err("empty".to_owned());
        }
        self.size -= 1;
        Ok(self.size)
    }

    pub fn size(&self) -> u32 {
        self.size
    }

    #[monitored(args(by), fields(rows), labels(up = by > 0))]
    pub fn grow(&mut self, by: u32) {
        self.size += by;
        monitor_core::field!(rows = self.size);
    }

    pub fn stop(&self) -> ! {
        panic!("stopped at {}", self.size)
    }
}

#[test]
fn options_change_no_result() {
    assert_eq!(everything(1, &Fault::Closed, Operation::Read), Ok(1));
    assert!(everything(0, &Fault::TimedOut { after: 1 }, Operation::WriteOrUpdate).is_err());
    assert_eq!(bounded("abc"), 3);
    assert_eq!((status(200), status(500)), (200, 500));
    assert_eq!((found(true), found(false)), (Some(1), None));
    assert_eq!(block_on(typed("1")), Ok(1));
    assert!(block_on(typed("x")).is_err());
    assert_eq!(late(3), 3);
    assert_eq!(block_on(late_and_async(3)), 3);
    assert_eq!(late_in_a_closure(&[1, 2]), 3);
    late_without_a_value();
    assert!(through_another_path().is_ok());
    let mut pool = Pool { size: 0 };
    assert!(pool.take().is_err());
    pool.grow(2);
    assert_eq!((pool.take(), pool.size()), (Ok(1), 1));
    assert_eq!(crate::support::panic_text(|| pool.stop()), "stopped at 1");
    let _ =
        (Fault::Inner(InnerFault(1)), Where { step: Step::Start, primary: true }, Step::Run(Operation::Read));
}
