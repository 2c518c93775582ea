//! The program that all recorders record: calls of every outcome, sync and async, nested, with events and metrics by hand.

use std::convert::Infallible;
use std::future;
use std::panic::AssertUnwindSafe;
use std::panic::catch_unwind;
use std::panic::resume_unwind;
use std::pin::pin;
use std::task::Context;
use std::task::Poll;
use std::task::Waker;
use std::time::Duration;

use monitor_core::ErrorType;
use monitor_core::emit;
use monitor_core::event::Address;
use monitor_core::event::CommandFailed;
use monitor_core::event::CommandInfo;
use monitor_core::event::CommandName;
use monitor_core::event::Event;
use monitor_core::instrument::Counter;
use monitor_core::instrument::Gauge;
use monitor_core::instrument::Histogram;
use monitor_core::monitored;

use crate::log::Log;

/// Everything that means something to some format: none of it may end a line, a value or a label anywhere.
pub(crate) const HOSTILE: &str = "a b,c=d;e:1|c|#f:g@0.5 \"h\" 'i' \\j\\n {k=\"l\"} %s </script>\r\nforged.line:9|c\nforged 9 9\tm\u{1b}[31m\u{202e}é\u{1f4a3}";

/// How many calls there are.
pub(crate) const CALLS: usize = 14;

/// Whose orders came, and how many of each.
pub(crate) const ORDERS: [(&str, u64); 2] = [("alice", 3), (HOSTILE, 2)];
/// Where the gauge stands at the end.
pub(crate) const TEMPERATURE: f64 = 21.5;
/// What was weighed, in bytes.
pub(crate) const WEIGHTS: [f64; 5] = [1.0, 20.0, 300.0, 300.0, 5000.0];
/// What happened, twice each: name, during which function, and the field with the hostile text.
pub(crate) const EVENTS: [(&str, &str, &str); 2] =
    [("command.failed", "charge", "failure"), (OUT_OF_INK, "stamp", "note")];
/// The one of them that is a warning.
pub(crate) const OUT_OF_INK: &str = "servers.out_of_ink";
/// How often each of them happened.
pub(crate) const EACH: usize = 2;
/// The database of these commands.
pub(crate) const DATABASE: &str = "shop";

static ORDER: Counter =
    Counter::new("servers.orders").unit("{order}").description("Orders that came.").labels(&["customer"], 8);
static THERMOMETER: Gauge = Gauge::new("servers.temperature").unit("Cel").description("How warm it is.");
static SCALES: Histogram = Histogram::new("servers.weight")
    .unit("By")
    .description("What was weighed.")
    .buckets(&[10.0, 100.0, 1000.0]);

/// A charge that did not go through.
#[derive(Debug, ErrorType)]
enum ChargeError {
    Declined,
}

/// Something that only this program knows.
#[derive(Clone, Debug, Event)]
#[event(name = "servers.out_of_ink", severity = warn)]
struct OutOfInk {
    note: &'static str,
}

/// Runs the program in the current monitor; what it did is in the log afterwards.
pub(crate) fn run(log: &Log) {
    let customers = ORDERS.iter().flat_map(|(customer, orders)| (0..*orders).map(|_| *customer));
    for (number, customer) in customers.enumerate() {
        log.call("take_order", "ok", None, || take_order(log, number, customer));
    }
    for _ in 0..2 {
        let call = || log.call("stamp", "panic", Some("panic"), || stamp(log));
        // Told by its outcome, and nowhere else.
        let told = catch_unwind(AssertUnwindSafe(call));
        assert!(told.is_err());
    }
    THERMOMETER.set(-3.0);
    THERMOMETER.set(TEMPERATURE);
    WEIGHTS.iter().for_each(|weight| SCALES.record(*weight));
}

#[monitored(fields(number = number, note = HOSTILE))]
fn take_order(log: &Log, number: usize, customer: &str) {
    let _here = log.enter();
    log.spend(Duration::from_millis(3));
    ORDER.add_with(1, &[customer]);
    match number {
        0 | 1 => {
            log.call("pack", "ok", None, || finish(pack(log)));
        }
        2 => log.call("wait_for_courier", "cancelled", None, || poll_once(wait_for_courier(log))),
        _ => {
            let charged = log.call("charge", "error", Some("Declined"), || charge(log));
            assert!(matches!(charged, Err(ChargeError::Declined)));
        }
    }
}

#[monitored(kind = client)]
fn charge(log: &Log) -> Result<Infallible, ChargeError> {
    let _here = log.enter();
    log.spend(Duration::from_millis(7));
    let info = CommandInfo::new(CommandName::literal("charge"), 7, Address::tcp("bank.example", 443))
        .database(DATABASE);
    emit(|| CommandFailed::new(&info, Duration::from_millis(7), HOSTILE));
    Err(ChargeError::Declined)
}

#[monitored]
async fn pack(log: &Log) {
    let _here = log.enter();
    log.spend(Duration::from_millis(2));
    let mut is_first = true;
    // Once around the executor.
    future::poll_fn(|_| if std::mem::take(&mut is_first) { Poll::Pending } else { Poll::Ready(()) }).await;
    log.call("label", "ok", None, || label(log));
}

#[monitored]
fn label(log: &Log) {
    let _here = log.enter();
    log.spend(Duration::from_millis(1));
}

#[monitored]
async fn wait_for_courier(log: &Log) {
    let _here = log.enter();
    log.spend(Duration::from_millis(4));
    future::pending::<()>().await;
}

#[monitored]
fn stamp(log: &Log) {
    let _here = log.enter();
    log.spend(Duration::from_millis(5));
    emit(|| OutOfInk { note: HOSTILE });
    // Past the panic hook, which would print it.
    resume_unwind(Box::new("no ink"));
}

/// Runs a future that never waits for anybody else.
pub(crate) fn finish<R>(future: impl Future<Output = R>) -> R {
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(done) = future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            return done;
        }
    }
}

fn poll_once(future: impl Future<Output = ()>) {
    assert!(pin!(future).poll(&mut Context::from_waker(Waker::noop())).is_pending());
}
