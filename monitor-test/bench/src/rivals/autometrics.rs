//! `#[autometrics]` on its `prometheus-client` backend.

use std::sync::Once;

use autometrics::settings::AutometricsSettings;

use super::nothing;
use crate::contestant::BUCKETS;
use crate::contestant::Cases;
use crate::contestant::Contestant;
use crate::contestant::Group;
use crate::contestant::Records;

/// As it comes, and with the in-flight gauge that it has as an option. It has no labels from arguments.
pub(super) const CONTESTANTS: &[Contestant] = &[
    attributed("autometrics", "metrics with outcome, no in-flight; no span", plain::CASES),
    attributed("autometrics, track_concurrency", "metrics with outcome; no span", tracked::CASES),
];

mod plain {
    use crate::functions::functions;
    use crate::functions::unwrapped;

    functions! {
        call: { #[autometrics::autometrics] }
        failing: { #[autometrics::autometrics] }
        polled: { #[autometrics::autometrics] }
        labelled(tenant): {}
        by_hand: unwrapped
        around: crate::drive::directly
    }
}

mod tracked {
    use crate::functions::functions;
    use crate::functions::unwrapped;

    functions! {
        call: { #[autometrics::autometrics(track_concurrency)] }
        failing: { #[autometrics::autometrics(track_concurrency)] }
        polled: { #[autometrics::autometrics(track_concurrency)] }
        labelled(tenant): {}
        by_hand: unwrapped
        around: crate::drive::directly
    }
}

const fn attributed(name: &'static str, gives: &'static str, cases: Cases) -> Contestant {
    Contestant {
        name,
        group: Group::On,
        gives,
        setup: install_settings,
        flush: nothing,
        records: Records::Kept,
        cases: Cases { labelled: None, ..cases },
    }
}

fn install_settings() {
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(|| {
        AutometricsSettings::builder().histogram_buckets(BUCKETS).init();
    });
}
