//! What no library can be under: reading a clock twice and storing what it said.

use std::cell::Cell;
use std::hint::black_box;
use std::time::Instant;

use super::nothing;
use crate::contestant::Cases;
use crate::contestant::Contestant;
use crate::contestant::Group;
use crate::contestant::Records;
use crate::drive;

/// F in every group, and the clock of std beside it.
pub(super) const CONTESTANTS: &[Contestant] = &[
    floor(super::FLOOR, Group::Off, |calls| drive::plain(calls, drive::directly, stamped)),
    floor(super::FLOOR, Group::On, |calls| drive::plain(calls, drive::directly, stamped)),
    floor(super::FLOOR, Group::Otel, |calls| drive::plain(calls, drive::directly, stamped)),
    floor("floor: 2 Instant::now", Group::On, |calls| drive::plain(calls, drive::directly, timed)),
];

thread_local! {
    static RECORD: [Cell<u64>; 3] = const { [const { Cell::new(0) }; 3] };
}

const fn floor(name: &'static str, group: Group, leaf: fn(u64)) -> Contestant {
    Contestant {
        name,
        group,
        gives: "a bound",
        setup: nothing,
        flush: read,
        records: Records::Kept,
        cases: Cases { leaf: Some(leaf), ..Cases::NONE },
    }
}

/// Reads the record: what nobody reads, the compiler does not store.
fn read() {
    RECORD.with(|record| black_box(record.each_ref().map(Cell::get)));
}

#[inline(never)]
fn stamped(x: u64) -> u64 {
    let started = stamp();
    let value = drive::work(x);
    let ended = stamp();
    RECORD.with(|[from, to, what]| {
        from.set(started);
        to.set(ended);
        what.set(x);
    });
    value
}

#[inline(never)]
fn timed(x: u64) -> u64 {
    let started = Instant::now();
    let value = drive::work(x);
    black_box(started.elapsed());
    value
}

#[cfg(target_arch = "x86_64")]
#[inline(always)]
fn stamp() -> u64 {
    // SAFETY: every x86_64 processor has `rdtsc`; it touches no memory.
    unsafe { std::arch::x86_64::_rdtsc() }
}

/// Elsewhere the clock of std stands in, and F is as dear as it.
#[cfg(not(target_arch = "x86_64"))]
#[inline(always)]
fn stamp() -> u64 {
    static ORIGIN: std::sync::LazyLock<Instant> = std::sync::LazyLock::new(Instant::now);
    ORIGIN.elapsed().as_nanos() as u64
}
