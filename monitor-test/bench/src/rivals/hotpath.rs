//! `#[hotpath::measure]`: timing by an attribute.

use std::sync::Once;

use hotpath::Format;
use hotpath::HotpathGuardBuilder;

use super::nothing;
use crate::contestant::Cases;
use crate::contestant::Contestant;
use crate::contestant::Group;
use crate::contestant::Records;
use crate::functions::functions;
use crate::functions::unwrapped;

functions! {
    call: { #[hotpath::measure] }
    failing: { #[hotpath::measure] }
    polled: { #[hotpath::measure] }
    labelled(tenant): { #[hotpath::measure] }
    by_hand: unwrapped
    around: crate::drive::directly
}

/// It has no labels, and tells no outcome.
pub(super) const CONTESTANTS: &[Contestant] = &[Contestant {
    name: "hotpath",
    group: Group::On,
    gives: "timing and calls; no span, outcome, label",
    setup: start,
    flush: nothing,
    records: Records::Kept,
    cases: Cases { labelled: None, ..CASES },
}];

fn start() {
    static STARTED: Once = Once::new();
    STARTED.call_once(|| {
        // Its guard reports when dropped; nobody wants to read that here.
        std::mem::forget(HotpathGuardBuilder::new("bench").format(Format::None).build());
    });
}
