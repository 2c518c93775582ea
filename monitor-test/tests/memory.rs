//! Memory is bounded (F16). In a process of its own, which is measured as a whole, one test after the other.
#![cfg(target_os = "linux")]

#[path = "support/accounts.rs"]
mod accounts;
#[path = "support/scripted.rs"]
mod scripted;

use std::fs;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::mpsc;

use monitor_core::DropReason;
use monitor_core::Monitor;
use monitor_core::Span;
use monitor_core::SpanBatch;
use monitor_core::instrument::Counter;
use monitor_core::monitored;
use monitor_core::recorders::Null;

use accounts::PATIENCE;
use accounts::spans_of;
use scripted::Scripted;

static ALONE: Mutex<()> = Mutex::new(());

/// The process's memory, in mebibytes.
fn resident() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() / 1_024
}

/// Runs `body` alone and checks that it leaves the process at most `limit` mebibytes larger at the moment that
/// it says.
#[track_caller]
fn check(limit: u64, body: impl FnOnce(&dyn Fn())) {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let before = resident();
    body(&|| {
        let grown = resident().saturating_sub(before);
        println!("{grown} MiB");
        assert!(grown <= limit, "{grown} MiB");
    });
}

#[test]
fn f16_a_recorder_that_hangs_costs_a_bounded_amount_of_memory() {
    check(64, |measure| {
        let (release, held) = mpsc::channel::<()>();
        let recorder = Scripted::new("hanging", move |_: &SpanBatch| {
            let _ = held.recv();
            Ok(())
        });
        let monitor = Monitor::builder().recorder(recorder).build();
        let text = "x".repeat(4_000);
        monitor.scope(|| {
            for _ in 0..60_000 {
                Span::start("large").set("text", text.as_str());
            }
        });
        measure();
        drop(release);
        assert_eq!(monitor.flush(PATIENCE), Ok(()));
        let account = spans_of(&monitor, "hanging");
        assert_eq!((account.recorded, account.queued), (60_000, 0));
        let lost = account.dropped_for(DropReason::QueueFull) + account.dropped_for(DropReason::BufferFull);
        assert_eq!((lost, lost > 0), (account.dropped(), true));
    });
}

#[monitored]
fn work() {}

#[test]
fn monitors_that_come_and_go_leave_no_memory_behind() {
    let come_and_go = |count: usize| {
        for _ in 0..count {
            let monitor = Monitor::builder().recorder(Null::default()).build();
            monitor.scope(work);
            monitor.flush(PATIENCE).unwrap();
        }
    };
    come_and_go(200);
    check(16, |measure| {
        come_and_go(1_000);
        measure();
    });
}

static VALUES: Counter = Counter::new("memory.values").labels(&["value"], 100);

#[test]
fn f59_a_million_values_of_a_label_cost_a_bounded_amount_of_memory() {
    check(16, |measure| {
        let monitor = Monitor::builder().build();
        monitor.scope(|| (0..1_000_000).for_each(|value: u32| VALUES.add_with(1, &[&value.to_string()])));
        measure();
        assert_eq!(monitor.snapshot().metric("memory.values").unwrap().points.len(), 101);
    });
}
