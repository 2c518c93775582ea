//! `#[fastrace::trace]`: a hundred calls in one root, as it is meant to be used.

use std::sync::Once;
use std::time::Duration;

use fastrace::Span;
use fastrace::collector::Config;
use fastrace::collector::Reporter;
use fastrace::collector::SpanContext;
use fastrace::collector::SpanRecord;

use super::nothing;
use crate::contestant::Cases;
use crate::contestant::Contestant;
use crate::contestant::Group;
use crate::contestant::Records;
use crate::sink;

/// Off and on.
pub(super) const CONTESTANTS: &[Contestant] = &[
    Contestant {
        name: "fastrace: no reporter, no root",
        group: Group::Off,
        gives: "nothing, until enabled",
        setup: nothing,
        flush: nothing,
        records: Records::Kept,
        cases: alone::CASES,
    },
    reported("fastrace: in a root", whole::CASES),
    reported(
        "fastrace: in a root, enter_on_poll",
        Cases { leaf: None, failing: None, nested: None, labelled: None, ..by_poll::CASES },
    ),
];

/// Outside a root, where it records nothing.
mod alone {
    use crate::functions::functions;
    use crate::functions::unwrapped;

    functions! {
        call: { #[fastrace::trace] }
        failing: { #[fastrace::trace] }
        polled: { #[fastrace::trace] }
        labelled(tenant): { #[fastrace::trace(properties = { "tenant": "{tenant}" })] }
        by_hand: unwrapped
        around: crate::drive::directly
    }
}

mod whole {
    use crate::functions::functions;
    use crate::functions::unwrapped;

    functions! {
        call: { #[fastrace::trace] }
        failing: { #[fastrace::trace] }
        polled: { #[fastrace::trace] }
        labelled(tenant): { #[fastrace::trace(properties = { "tenant": "{tenant}" })] }
        by_hand: unwrapped
        around: super::in_a_root
    }
}

/// A span a poll, instead of one a future.
mod by_poll {
    use crate::functions::functions;
    use crate::functions::unwrapped;

    functions! {
        call: { #[fastrace::trace] }
        failing: { #[fastrace::trace] }
        polled: { #[fastrace::trace(enter_on_poll = true)] }
        labelled(tenant): { #[fastrace::trace] }
        by_hand: unwrapped
        around: super::in_a_root
    }
}

const fn reported(name: &'static str, cases: Cases) -> Contestant {
    Contestant {
        name,
        group: Group::On,
        gives: "span with times; no outcome, no metrics",
        setup: install_reporter,
        flush: fastrace::flush,
        records: Records::Counted,
        cases,
    }
}

fn in_a_root(run: &mut dyn FnMut()) {
    let root = Span::root("root", SpanContext::random());
    let _entered = root.set_local_parent();
    run();
}

fn install_reporter() {
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(|| {
        let config = Config::default().report_interval(Duration::from_millis(100));
        fastrace::set_reporter(Counting, config);
    });
}

struct Counting;

impl Reporter for Counting {
    fn report(&mut self, spans: Vec<SpanRecord>) {
        sink::count(spans.len());
    }
}
