//! The function alone, in each process.

use super::nothing;
use crate::contestant::Contestant;
use crate::contestant::Group;
use crate::contestant::Records;
use crate::functions::functions;
use crate::functions::unwrapped;

functions! {
    call: {}
    failing: {}
    polled: {}
    labelled(tenant): {}
    by_hand: unwrapped
    around: crate::drive::directly
}

/// Bare, in every group.
pub(super) const CONTESTANTS: &[Contestant] =
    &[in_group(Group::Off), in_group(Group::On), in_group(Group::Otel)];

const fn in_group(group: Group) -> Contestant {
    Contestant {
        name: super::BARE,
        group,
        gives: "nothing",
        setup: nothing,
        flush: nothing,
        records: Records::Kept,
        cases: CASES,
    }
}
