//! A program that is observed: it does the same whether anybody looks or not.

use std::panic::AssertUnwindSafe;
use std::panic::catch_unwind;
use std::panic::resume_unwind;

use monitor_core::FieldValue;
use monitor_core::emit;
use monitor_core::event::Event;
use monitor_core::event::Family;
use monitor_core::event::Severity;
use monitor_core::field;
use monitor_core::instrument::Counter;
use monitor_core::monitored;

static ROUNDS: Counter = Counter::new("conformance.rounds").unit("{round}").labels(&["parity"], 2);

/// How many calls one run makes.
pub(crate) const CALLS: u64 = 100;

/// What the calls gave: values, errors, and what they panicked with.
pub(crate) type Results = Vec<Result<u64, String>>;

/// Runs it: calls that end in all ways, with fields, events and a counter.
pub(crate) fn run() -> Results {
    (0..CALLS / 2).map(round).collect()
}

fn round(number: u64) -> Result<u64, String> {
    ROUNDS.add_with(1, &[if number.is_multiple_of(2) { "even" } else { "odd" }]);
    let called = catch_unwind(AssertUnwindSafe(|| conformance_outer(number)));
    called.unwrap_or_else(|panic| {
        Err(panic.downcast_ref::<u64>().map_or_else(|| "another panic".to_owned(), u64::to_string))
    })
}

#[monitored(fields(number, doubled))]
fn conformance_outer(number: u64) -> Result<u64, String> {
    let inner = conformance_inner(number)?;
    field!(doubled = number * 2);
    emit(|| Round { number });
    Ok(inner * 2)
}

#[monitored]
fn conformance_inner(number: u64) -> Result<u64, String> {
    match number % 10 {
        3 => Err(format!("{number} does not do")),
        // No message on the terminal: nothing is wrong.
        7 => resume_unwind(Box::new(number)),
        _ => Ok(number + 1),
    }
}

#[derive(Clone, Debug)]
struct Round {
    number: u64,
}

static FAMILY: Family = Family::new("conformance_round", &["conformance.round"]);

impl Event for Round {
    fn family() -> &'static Family {
        &FAMILY
    }

    fn index(&self) -> usize {
        0
    }

    fn severity(&self) -> Severity {
        Severity::Info
    }

    fn fields(&self, add: &mut dyn FnMut(&'static str, FieldValue<'_>)) {
        add("number", FieldValue::Unsigned(self.number));
    }
}
