//! The rules themselves: recorders of a few lines keep them, and who breaks one is told which.

use std::panic::AssertUnwindSafe;
use std::panic::catch_unwind;
use std::time::Duration;

use monitor_core::Recorder;
use monitor_core::RecorderError;
use monitor_core::SpanBatch;
use monitor_test::conformance;
use monitor_test::loopback::Collected;
use monitor_test::loopback::Manner;
use monitor_test::loopback::PATIENCE;
use monitor_test::loopback::Peer;
use monitor_test::loopback::Transport;

use crate::http::Http;
use crate::lines::Lines;
use crate::lines::Way;
use crate::tcp::Tcp;
use crate::udp::Udp;

/// What a peer that misbehaves is given: the checks wait for it.
const SHORT: Duration = Duration::from_millis(150);

#[test]
fn lines_over_tcp_keep_the_rules() {
    conformance::networked(Transport::Tcp, |peer| Lines::new(Tcp::at(peer.address())));
}

#[test]
fn lines_over_udp_keep_the_rules() {
    conformance::networked(Transport::Udp, |peer| Lines::new(Udp::at(peer.address())));
}

#[test]
fn lines_over_http_keep_the_rules() {
    conformance::networked(Transport::Http, |peer| Lines::new(Http::at(peer.address(), SHORT)));
}

/// How many lines came over HTTP, each of which must be one of [`Lines`].
fn lines(peer: &Peer) -> usize {
    let Collected { requests, .. } = peer.take();
    let bodies = requests.into_iter().map(|request| String::from_utf8(request.body).unwrap());
    let lines: Vec<_> = bodies.flat_map(|body| body.lines().map(str::to_owned).collect::<Vec<_>>()).collect();
    for line in &lines {
        let name = line.strip_prefix("span ").or_else(|| line.strip_prefix("event "));
        assert!(name.is_some_and(|name| name.is_ascii()), "no line of ours: {line:?}");
    }
    lines.len()
}

#[test]
fn f63_lines_that_are_escaped_are_as_many_whatever_the_names_are() {
    let peer = Peer::http(Manner::Collecting);
    conformance::faithful(|| Lines::new(Http::at(peer.address(), PATIENCE)), || lines(&peer));
}

/// What a rule says that does not hold.
#[track_caller]
fn said(rule: impl FnOnce()) -> String {
    let panic = catch_unwind(AssertUnwindSafe(rule)).expect_err("the rule holds");
    let text = panic.downcast_ref::<String>().cloned();
    text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()))
        .expect("a panic says something")
}

#[test]
fn f63_a_recorder_whose_names_forge_lines_is_told_so() {
    let peer = Peer::http(Manner::Collecting);
    let count = || {
        let requests = peer.take().requests;
        requests.iter().map(|request| request.body.iter().filter(|byte| **byte == b'\n').count()).sum()
    };
    let careless = || Lines { way: Http::at(peer.address(), PATIENCE), escape: str::to_owned };
    let said = said(|| conformance::faithful(careless, count));
    assert!(said.contains("hostile texts change the number of records of `lines`"), "{said}");
}

/// Panics over what it did not expect.
struct Brittle(Tcp);

impl Recorder for Brittle {
    fn name(&self) -> &str {
        "brittle"
    }

    fn spans(&mut self, batch: &SpanBatch) -> Result<(), RecorderError> {
        if batch.is_empty() {
            return Ok(());
        }
        // A message on the terminal for each would say nothing new.
        self.0.send("span\n").or_else(|error| std::panic::resume_unwind(Box::new(error.to_string())))
    }
}

#[test]
fn f01_a_recorder_that_panics_over_its_peer_is_told_so() {
    let said = said(|| conformance::networked(Transport::Tcp, |peer| Brittle(Tcp::at(peer.address()))));
    assert!(said.contains("it panicked (Tcp, Dead)"), "{said}");
}

#[test]
fn a_peer_tells_what_came_when_it_is_not_what_was_waited_for() {
    let peer = Peer::http(Manner::Collecting);
    Http::at(peer.address(), PATIENCE).send("a line\n").unwrap();
    peer.wait_for(PATIENCE, |collected| collected.requests.len() == 1);
    let said = said(|| drop(peer.wait_for(Duration::ZERO, |collected| collected.requests.len() == 2)));
    assert!(said.contains("within 0ns only this came") && said.contains("/lines"), "{said}");
}
