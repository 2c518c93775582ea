//! How processes end, and what of theirs arrives: each test runs itself once more as a child, and looks at that from
//! outside.

mod child;
#[path = "../support/small/http.rs"]
mod http;
#[path = "../support/small/lines.rs"]
mod lines;
#[path = "../support/small/tcp.rs"]
mod tcp;

#[cfg(unix)]
use std::io::Read;
#[cfg(unix)]
use std::io::Write;
use std::process;
use std::time::Duration;
use std::time::Instant;

use monitor_core::Installed;
use monitor_core::Monitor;
use monitor_core::monitored;
use monitor_core::recorders::Console;
#[cfg(unix)]
use monitor_core::recorders::Null;
use monitor_test::loopback::Manner;
use monitor_test::loopback::PATIENCE;
use monitor_test::loopback::Peer;

use crate::child::Child;
use crate::http::Http;
use crate::lines::Lines;
use crate::tcp::Tcp;

/// How much is lost at most of a process that ends without a word, beyond what its machine needs to do the rest: spans
/// and events wait for half a second in the buffers of the threads, and then for the recorder's own delay, here none.
const LOSS_BOUND: Duration = Duration::from_millis(500);
/// On a machine that is busy with other things.
const MARGIN: Duration = Duration::from_secs(60);

#[monitored]
fn early() {}

#[monitored]
fn late() {}

/// Installs a monitor that ships lines to the parent's peer.
fn install(peer: &str) -> Installed {
    let lines = Lines::new(Tcp::at(peer));
    Monitor::builder().recorder(lines).notices(|_| ()).install().unwrap()
}

/// How many lines of this text came.
fn count(peer: &Peer, text: &str) -> usize {
    peer.collected().lines().iter().filter(|line| *line == text).count()
}

#[test]
fn f47_who_keeps_the_guard_until_the_end_of_main_loses_nothing() {
    if let Some(peer) = child::argument() {
        let _installed = install(&peer);
        (0..500).for_each(|_| early());
        return;
    }
    let peer = Peer::tcp(Manner::Collecting);
    let ended =
        Child::run("f47_who_keeps_the_guard_until_the_end_of_main_loses_nothing", peer.address()).wait();
    assert_eq!(ended.code(), Some(0));
    peer.wait_for(PATIENCE, |collected| collected.lines().len() == 500);
}

#[test]
fn f47_a_panic_that_ends_the_process_loses_nothing_either() {
    if let Some(peer) = child::argument() {
        let _installed = install(&peer);
        (0..500).for_each(|_| early());
        // No message on the terminal: nothing is wrong.
        std::panic::resume_unwind(Box::new("the end"));
    }
    let peer = Peer::tcp(Manner::Collecting);
    let ended = Child::run("f47_a_panic_that_ends_the_process_loses_nothing_either", peer.address()).wait();
    assert_ne!(ended.code(), Some(0));
    peer.wait_for(PATIENCE, |collected| collected.lines().len() == 500);
}

#[test]
fn f47_an_exit_without_a_word_loses_what_is_younger_than_the_bound() {
    if let Some(peer) = child::argument() {
        let installed = install(&peer);
        (0..500).for_each(|_| early());
        let begun = Instant::now();
        // Nobody flushes.
        while !installed.accounts().iter().any(|account| account.exported == 500) {
            assert!(begun.elapsed() < LOSS_BOUND + MARGIN, "{:?}", installed.accounts());
            std::thread::yield_now();
        }
        (0..300).for_each(|_| late());
        process::exit(7);
    }
    let peer = Peer::tcp(Manner::Collecting);
    let child = Child::run("f47_an_exit_without_a_word_loses_what_is_younger_than_the_bound", peer.address());
    assert_eq!(child.wait().code(), Some(7), "it ends as it says, and at once");
    peer.wait_for(PATIENCE, |collected| collected.lines().len() >= 500);
    assert_eq!(count(&peer, "span early"), 500);
    assert!(count(&peer, "span late") <= 300);
}

#[test]
fn f44_a_process_ends_in_time_while_its_peer_hangs() {
    if let Some(peer) = child::argument() {
        let lines = Lines::new(Http::at(&peer, Duration::from_millis(150)));
        let _installed = Monitor::builder().recorder(lines).notices(|_| ()).install().unwrap();
        (0..10_000).for_each(|_| early());
        return;
    }
    let peer = Peer::http(Manner::Hanging);
    let begun = Instant::now();
    let ended = Child::run("f44_a_process_ends_in_time_while_its_peer_hangs", peer.address()).wait();
    assert_eq!(ended.code(), Some(0));
    // The guard waits for five seconds at most.
    assert!(begun.elapsed() < Duration::from_secs(5) + MARGIN, "{:?}", begun.elapsed());
}

#[test]
fn f19_a_process_whose_standard_error_is_closed_goes_on() {
    if child::argument().is_some() {
        let installed = Monitor::builder().recorder(Console::default()).install().unwrap();
        for _ in 0..3 {
            early();
            assert_eq!(installed.flush(PATIENCE), Ok(()));
        }
        let console = installed.accounts();
        assert!(console.iter().all(|account| account.queued == 0), "{console:?}");
        return;
    }
    let mut child = Child::run("f19_a_process_whose_standard_error_is_closed_goes_on", "");
    child.close_stderr();
    assert_eq!(child.wait().code(), Some(0));
}

#[test]
fn f13_a_second_init_is_told_so_and_the_first_stays() {
    if child::argument().is_some() {
        let first = monitor_core::init().unwrap();
        let second = monitor_core::init().unwrap_err();
        assert!(second.to_string().contains("installed already and stays"), "{second}");
        early();
        assert_eq!(first.snapshot().function("early").unwrap().calls(), 1);
        return;
    }
    assert_eq!(Child::run("f13_a_second_init_is_told_so_and_the_first_stays", "").wait().code(), Some(0));
}

/// How often the metrics of the sleeper come.
#[cfg(unix)]
const INTERVAL: Duration = Duration::from_millis(100);

#[cfg(unix)]
#[test]
fn f51_after_a_long_sleep_there_is_one_collection_and_no_rush() {
    if child::argument().is_some() {
        let monitor = Monitor::builder().recorder(Null::default()).interval(INTERVAL).build();
        let taken = || monitor.accounts().iter().find(|it| it.signal == "metrics").unwrap().recorded;
        let begun = Instant::now();
        let mut last = begun;
        println!("\nawake");
        std::io::stdout().flush().unwrap();
        loop {
            let before = taken();
            let now = Instant::now();
            assert!(begun.elapsed() < PATIENCE, "nobody put this process to sleep");
            if now - last < 10 * INTERVAL {
                last = now;
                std::thread::yield_now();
                continue;
            }
            // Slept. What comes within one interval is one collection, and what is due meanwhile.
            while now.elapsed() < INTERVAL {
                std::thread::yield_now();
            }
            // On a busy machine that takes a while, in which more of them are due.
            let due = now.elapsed().div_duration_f64(INTERVAL).ceil() as u64;
            println!("\n{} in a row", (taken() - before).saturating_sub(due));
            return;
        }
    }
    let mut child = Child::run("f51_after_a_long_sleep_there_is_one_collection_and_no_rush", "");
    let mut out = child.stdout();
    let mut said = String::new();
    while !said.contains("\nawake\n") {
        let mut byte = [0];
        out.read_exact(&mut byte).expect("the child says that it is awake");
        said.push(char::from(byte[0]));
    }
    child.sleep(20 * INTERVAL);
    out.read_to_string(&mut said).unwrap();
    assert_eq!(child.wait().code(), Some(0), "{said}");
    let line = said.lines().find_map(|line| line.strip_suffix(" in a row")).expect("it says how many");
    let taken: u64 = line.parse().unwrap();
    assert!(taken <= 3, "{taken} collections too many after a sleep of twenty intervals");
}
