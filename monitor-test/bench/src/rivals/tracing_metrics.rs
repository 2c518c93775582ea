//! What people combine today for a span and metrics: `#[tracing::instrument]` and the `metrics` facade.

use super::metrics::by_handles;
use super::metrics::by_macros;
use super::metrics::install_prometheus;
use super::nothing;
use super::tracing::install_registry;
use crate::contestant::Cases;
use crate::contestant::Contestant;
use crate::contestant::Group;
use crate::contestant::Records;

/// What the combination gives.
pub(super) const GIVES: &str = "span, metrics with outcome";

/// The functions that look handles up on each call.
pub(super) const MACROS: Cases = macros::CASES;

/// The functions that resolved their handles; a label from an argument cannot be.
pub(super) const CACHED: Cases = Cases { labelled: None, ..cached::CASES };

/// Without recorders and with them.
pub(super) const CONTESTANTS: &[Contestant] = &[
    combined("tracing + metrics: none installed, cached", Group::Off, nothing, CACHED),
    combined("tracing + metrics: none installed", Group::Off, nothing, MACROS),
    combined("tracing Registry + metrics, cached", Group::On, install, CACHED),
    combined("tracing Registry + metrics", Group::On, install, MACROS),
];

mod macros {
    use super::by_macros;
    use crate::functions::functions;

    functions! {
        call: { #[tracing::instrument(skip_all)] }
        failing: { #[tracing::instrument(skip_all, err)] }
        polled: { #[tracing::instrument(skip_all)] }
        labelled(tenant): { #[tracing::instrument(skip_all, fields(tenant))] }
        by_hand: by_macros
        around: crate::rivals::tracing::in_a_root
    }
}

mod cached {
    use super::by_handles;
    use crate::functions::functions;

    functions! {
        call: { #[tracing::instrument(skip_all)] }
        failing: { #[tracing::instrument(skip_all, err)] }
        polled: { #[tracing::instrument(skip_all)] }
        labelled(tenant): { #[tracing::instrument(skip_all, fields(tenant))] }
        by_hand: by_handles
        around: crate::rivals::tracing::in_a_root
    }
}

const fn combined(name: &'static str, group: Group, setup: fn(), cases: Cases) -> Contestant {
    Contestant { name, group, gives: GIVES, setup, flush: nothing, records: Records::Kept, cases }
}

fn install() {
    install_registry();
    install_prometheus();
}
