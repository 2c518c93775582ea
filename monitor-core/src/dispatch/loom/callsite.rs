//! The switch of a callsite, while monitors come and go.

use std::sync::Arc;

use loom::thread;

use crate::dispatch::callsite::Callsite;
use crate::dispatch::core::Core;
use crate::dispatch::entry::FAST;
use crate::dispatch::entry::SLOW;
use crate::dispatch::hook::Bridge;
use crate::dispatch::learn::learn;
use crate::dispatch::loom::check;
use crate::dispatch::loom::core;
use crate::model::Metadata;
use crate::model::Signals;

fn callsite() -> &'static Callsite {
    Box::leak(Box::new(Callsite::with_wire(Metadata::DEFAULT, |_| {})))
}

/// A call begins: a callsite that is on has its number, or nobody could record the call.
fn call(callsite: &'static Callsite) -> bool {
    let on = callsite.is_on();
    assert!(!on || callsite.id() == 0, "on without a number");
    on
}

#[test]
fn a_callsite_that_two_threads_meet_first_has_one_number() {
    check(3, || {
        let _core = core(Signals::ALL, 0);
        let callsite = callsite();
        let other = thread::spawn(move || assert!(call(callsite)));
        assert!(call(callsite));
        other.join().unwrap();
        assert!(call(callsite));
    });
}

#[test]
fn a_callsite_hears_of_a_monitor_that_comes_while_it_registers() {
    check(3, || {
        let site = callsite();
        let other = thread::spawn(move || call(site));
        let core = core(Signals::ALL, 0);
        assert!(call(site), "the monitor is there, but the callsite is off");
        other.join().unwrap();
        assert!(call(site));
        drop(core);
    });
}

#[test]
fn a_callsite_hears_of_a_monitor_that_goes_while_it_registers() {
    check(3, || {
        let core = core(Signals::ALL, 0);
        let site = callsite();
        let other = thread::spawn(move || call(site));
        core.close();
        assert!(!call(site), "nobody listens, but the callsite is on");
        other.join().unwrap();
        assert!(!call(site));
    });
}

/// A thread asks a monitor about a callsite while `change` happens. Gives what the thread knows in the end.
fn learnt_while(change: fn(&Arc<Core>, &'static Callsite)) -> u64 {
    let core = core(Signals::ALL, 0);
    let site = callsite();
    assert!(call(site));
    let lane = core.attach();
    let owner = thread::spawn({
        let core = Arc::clone(&core);
        move || {
            let entry = lane.entries.obtain(0).unwrap();
            learn(entry, 0, &core);
        }
    });
    change(&core, site);
    owner.join().unwrap();
    lane.entries.find(0).unwrap().head()
}

#[test]
fn a_thread_that_asks_while_the_monitor_ends_is_told() {
    check(3, || {
        let head = learnt_while(|core, _| core.close());
        assert_eq!(head & FAST, 0, "the fast path of a monitor that has ended");
    });
}

#[test]
fn a_thread_that_asks_while_a_bridge_comes_is_told() {
    check(3, || {
        let head = learnt_while(|_, site| site.set_bridged(Bridge::Tracing, true));
        assert_eq!(head & (FAST | SLOW), SLOW, "the fast path, past the bridge");
    });
}
