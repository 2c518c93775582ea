//! `#[emit::span]`, not set up and with an emitter that counts.

use std::sync::Once;

use super::nothing;
use crate::contestant::Contestant;
use crate::contestant::Group;
use crate::contestant::Records;
use crate::functions::functions;
use crate::functions::unwrapped;
use crate::sink;

functions! {
    call: { #[emit::span("call")] }
    failing: { #[emit::span(ok_lvl: emit::Level::Info, "failing")] }
    polled: { #[emit::span("polled")] }
    labelled(tenant): { #[emit::span("labelled", tenant)] }
    by_hand: unwrapped
    around: in_a_root
}

/// Off and on.
pub(super) const CONTESTANTS: &[Contestant] = &[
    Contestant {
        name: "emit: not set up",
        group: Group::Off,
        gives: "nothing, until enabled",
        setup: nothing,
        flush: nothing,
        records: Records::Kept,
        cases: CASES,
    },
    Contestant {
        name: "emit: counting emitter",
        group: Group::On,
        gives: "span with times and outcome, as an event; no metrics",
        setup: install_emitter,
        flush: nothing,
        records: Records::Counted,
        cases: CASES,
    },
];

#[emit::span("root")]
fn in_a_root(run: &mut dyn FnMut()) {
    run();
}

fn install_emitter() {
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(|| {
        // The emitter holds nothing back, so there is nothing to flush when the process ends.
        let _ = emit::setup().emit_to(emit::emitter::from_fn(|_| sink::count(1))).init();
    });
}
