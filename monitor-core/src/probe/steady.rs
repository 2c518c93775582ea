//! Tests of a machine whose counter cannot be read in place: every call reads the clock through its crate.

use std::future::poll_fn;
use std::pin::pin;
use std::task::Context;
use std::task::Poll;
use std::task::Waker;

use crate::Monitor;
use crate::dispatch::Callsite;
use crate::dispatch::without_counter;
use crate::model::Metadata;
use crate::model::Outcome;
use crate::probe::Setup;
use crate::probe::strategy::Fallible;
use crate::probe::strategy::Plain;

fn site(name: &'static str) -> &'static Callsite {
    Box::leak(Box::new(Callsite::new(Metadata { name, ..Metadata::DEFAULT })))
}

#[test]
fn calls_are_recorded_where_the_counter_cannot_be_read_in_place() {
    without_counter(|| {
        let monitor = Monitor::builder().build();
        let (outer, inner, waiting) = (site("outer"), site("inner"), site("waiting"));
        monitor.scope(|| {
            for number in 0..1_000_u32 {
                let result =
                    Fallible.call(outer, Setup::none(), || {
                        Plain.call(inner, Setup::none(), || {
                            if number % 4 == 0 { Err(number) } else { Ok(number) }
                        })
                    });
                assert_eq!(result.is_err(), number % 4 == 0);
                let mut polls = 0;
                let twice = poll_fn(|_| {
                    polls += 1;
                    if polls < 2 { Poll::Pending } else { Poll::Ready(polls) }
                });
                let mut future = pin!(Plain.future(waiting, Setup::none(), twice));
                let mut context = Context::from_waker(Waker::noop());
                assert!(future.as_mut().poll(&mut context).is_pending());
                assert!(future.as_mut().poll(&mut context).is_ready());
            }
        });
        let snapshot = monitor.snapshot();
        let count = |name, outcome| snapshot.function(name).unwrap().ended(outcome);
        assert_eq!((count("outer", Outcome::Error), count("outer", Outcome::Ok)), (250, 750));
        assert_eq!((count("inner", Outcome::Ok), count("waiting", Outcome::Ok)), (1_000, 1_000));
        let durations = snapshot.function("waiting").unwrap().duration();
        assert!(durations.sum() > 0.0 && durations.sum() < 10.0, "{} s", durations.sum());
        assert!(snapshot.functions().iter().all(|function| function.in_flight() == 0));
    });
}
