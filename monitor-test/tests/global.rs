//! The life of the global monitor. In a process of its own, and one test, since there is one such monitor.

#[path = "support/accounts.rs"]
mod accounts;

use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering;
use std::thread;

use monitor_core::Monitor;
use monitor_core::MonitorBuilder;
use monitor_core::monitored;
use monitor_core::recorders::Memory;
use monitor_test::Capture;

use accounts::PATIENCE;
use accounts::spans_of;

#[monitored]
fn early() -> u32 {
    42
}

#[monitored]
fn steady() {}

fn with(memory: &Memory) -> MonitorBuilder {
    Monitor::builder().recorder(memory.clone())
}

#[test]
fn the_global_monitor_begins_stays_ends_and_is_followed_by_another() {
    f12_calls_before_the_first_monitor_do_nothing();
    let memory = Memory::default();
    let installed = with(&memory).install().unwrap();
    f13_a_second_monitor_is_refused_and_the_first_stays(&memory, &installed);
    scopes_and_the_global_monitor_do_not_see_each_other(&installed);
    f12_calls_after_the_last_monitor_do_nothing(installed, &memory);
    f10_every_call_belongs_to_the_old_monitor_or_the_new_one_or_to_none();
}

fn f12_calls_before_the_first_monitor_do_nothing() {
    assert_eq!((early(), early()), (42, 42));
}

fn f13_a_second_monitor_is_refused_and_the_first_stays(memory: &Memory, installed: &Monitor) {
    let refused = Monitor::builder().install().unwrap_err();
    assert!(refused.to_string().contains("installed already and stays"), "{refused}");
    assert_eq!(early(), 42);
    installed.flush(PATIENCE).unwrap();
    assert_eq!(memory.take_spans().len(), 1);
    assert_eq!(installed.snapshot().function("early").unwrap().calls(), 1);
}

fn scopes_and_the_global_monitor_do_not_see_each_other(installed: &Monitor) {
    let captured = Capture::run(|| {
        early();
        thread::spawn(early).join().unwrap();
    });
    // The thread carried no context, so it is the global monitor's.
    assert_eq!(captured.calls("early"), 1);
    assert_eq!(installed.snapshot().function("early").unwrap().calls(), 2);
    let ended = Monitor::builder().build();
    ended.shutdown(PATIENCE).unwrap();
    ended.scope(early);
    assert_eq!(
        installed.snapshot().function("early").unwrap().calls(),
        2,
        "a scope's calls are its monitor's"
    );
}

fn f12_calls_after_the_last_monitor_do_nothing(installed: monitor_core::Installed, memory: &Memory) {
    let monitor = (*installed).clone();
    monitor.flush(PATIENCE).unwrap();
    memory.take_spans().clear();
    early();
    drop(installed);
    assert_eq!(memory.take_spans().len(), 1, "the guard flushes");
    assert_eq!(early(), 42);
    assert_eq!(monitor.flush(PATIENCE), Ok(()));
    assert_eq!(memory.spans().len(), 0);
    assert_eq!(monitor.snapshot().function("early").unwrap().calls(), 3);
}

fn f10_every_call_belongs_to_the_old_monitor_or_the_new_one_or_to_none() {
    let over = AtomicBool::new(false);
    let monitors = thread::scope(|threads| {
        let callers: Vec<_> = (0..3)
            .map(|_| {
                threads.spawn(|| {
                    let mut calls = 0;
                    while !over.load(Ordering::Relaxed) {
                        steady();
                        calls += 1;
                    }
                    calls
                })
            })
            .collect();
        let monitors: Vec<_> = (0..20)
            .map(|_| {
                let memory = Memory::with_capacity(0);
                let installed = with(&memory).install().unwrap();
                while installed.snapshot().function("steady").is_none() {
                    thread::yield_now();
                }
                (*installed).clone()
            })
            .collect();
        over.store(true, Ordering::Relaxed);
        let calls: u64 = callers.into_iter().map(|caller| caller.join().unwrap()).sum();
        let seen: u64 =
            monitors.iter().map(|monitor| monitor.snapshot().function("steady").unwrap().calls()).sum();
        assert!(seen <= calls, "{seen} of {calls} calls were seen");
        monitors
    });
    for monitor in monitors {
        let account = spans_of(&monitor, "memory");
        assert_eq!(account.queued, 0);
        assert_eq!(monitor.snapshot().function("steady").unwrap().in_flight(), 0);
    }
}
