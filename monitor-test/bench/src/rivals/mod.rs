//! The contestants, a file each.

mod autometrics;
mod bare;
mod emit;
mod fastrace;
mod floor;
mod hotpath;
mod metrics;
mod opentelemetry;
mod prometheus_client;
mod tracing;
mod tracing_metrics;
mod tracing_opentelemetry;

use crate::contestant::Contestant;
use crate::contestant::Group;

/// What every other row is divided by.
pub(crate) const BARE: &str = "bare";

/// F: two time-stamp reads and three stores.
pub(crate) const FLOOR: &str = "floor: 2 rdtsc + 3 stores";

/// All of them, in the order of the tables.
pub(crate) fn all() -> Vec<Contestant> {
    let tables: &[&[Contestant]] = &[
        bare::CONTESTANTS,
        floor::CONTESTANTS,
        crate::ours::CONTESTANTS,
        crate::events::CONTESTANTS,
        tracing::CONTESTANTS,
        fastrace::CONTESTANTS,
        hotpath::CONTESTANTS,
        prometheus_client::CONTESTANTS,
        metrics::CONTESTANTS,
        tracing_metrics::CONTESTANTS,
        autometrics::CONTESTANTS,
        opentelemetry::CONTESTANTS,
        emit::CONTESTANTS,
        tracing_opentelemetry::CONTESTANTS,
    ];
    tables.concat()
}

/// Those of a group whose name contains `only`; what the others are divided by always.
pub(crate) fn of(group: Group, only: &str) -> Vec<Contestant> {
    let is_wanted = |name: &str| [BARE, FLOOR, crate::OURS].contains(&name) || name.contains(only);
    all().into_iter().filter(|one| one.group == group && is_wanted(one.name)).collect()
}

/// The contestant of that group and name.
pub(crate) fn named(group: Group, name: &str) -> Option<Contestant> {
    all().into_iter().find(|one| one.group == group && one.name == name)
}

/// The setup or flush of those that need none.
fn nothing() {}
