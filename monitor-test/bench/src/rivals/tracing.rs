//! `#[tracing::instrument]`, with nothing listening and on a `Registry`.

use std::sync::Once;

use tracing_subscriber::layer::Identity;
use tracing_subscriber::layer::SubscriberExt;

use super::nothing;
use crate::contestant::Contestant;
use crate::contestant::Group;
use crate::contestant::Records;
use crate::functions::functions;
use crate::functions::unwrapped;

functions! {
    call: { #[tracing::instrument(skip_all)] }
    failing: { #[tracing::instrument(skip_all, err)] }
    polled: { #[tracing::instrument(skip_all)] }
    labelled(tenant): { #[tracing::instrument(skip_all, fields(tenant))] }
    by_hand: unwrapped
    around: in_a_root
}

/// Off and on.
pub(super) const CONTESTANTS: &[Contestant] = &[
    Contestant {
        name: "tracing: no subscriber",
        group: Group::Off,
        gives: "nothing, until enabled",
        setup: nothing,
        flush: nothing,
        records: Records::Kept,
        cases: CASES,
    },
    Contestant {
        name: "tracing: Registry",
        group: Group::On,
        gives: "spans entered and left; no clock, nothing recorded",
        setup: install_registry,
        flush: nothing,
        records: Records::Kept,
        cases: CASES,
    },
];

/// A span around each hundred calls: a span with a parent costs more than one without.
pub(super) fn in_a_root(run: &mut dyn FnMut()) {
    tracing::info_span!("root").in_scope(run);
}

/// Installs a registry with a layer that does nothing: with no layer at all a registry never frees a span.
pub(super) fn install_registry() {
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(|| {
        let subscriber = tracing_subscriber::registry().with(Identity::new());
        tracing::subscriber::set_global_default(subscriber).expect("nobody else installs a subscriber");
    });
}
