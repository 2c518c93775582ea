//! The rules for what ships over a network.

use std::panic::resume_unwind;
use std::thread;

use monitor_core::DropReason;
use monitor_core::Recorder;
use monitor_core::monitored;

use crate::conformance::deadline::DEADLINE;
use crate::conformance::deadline::PATIENCE;
use crate::conformance::hardship::BRIEF;
use crate::conformance::hardship::hurts_nobody;
use crate::conformance::looking::Looking;
use crate::conformance::quiet::quiet;
use crate::conformance::rules::boxed_recorder;
use crate::loopback::Collected;
use crate::loopback::Manner;
use crate::loopback::Peer;
use crate::loopback::Transport;

/// Checks a recorder that ships over a network: all of [`recorder`](crate::conformance::recorder), with a peer that takes
/// everything, and then what follows. `make` makes a new recorder that ships to this peer; let its time limits be short,
/// as the checks wait for them.
///
/// | rule | |
/// |---|---|
/// | survives | with a peer of each [misbehaving manner](Manner::misbehaving), the observed program has the same results, nothing panics, the accounts add up at every look, and flush and shutdown return in time (F28, F30–F35, F37, F44, F49) |
/// | recovers | when a peer that was dead comes back, what was recorded meanwhile arrives, over whatever waits for it (F28); over datagrams, what comes after |
///
/// ```
/// use monitor_core::{Recorder, RecorderError, SpanBatch};
/// use monitor_test::conformance;
/// use monitor_test::loopback::Transport;
/// use std::io::Write;
/// use std::net::TcpStream;
///
/// struct Names { address: String }
///
/// impl Recorder for Names {
///     fn name(&self) -> &str { "names" }
///
///     fn spans(&mut self, batch: &SpanBatch) -> Result<(), RecorderError> {
///         let names: String = batch.iter().map(|span| format!("{:?}\n", span.name())).collect();
///         let mut peer = TcpStream::connect(&self.address)?;
///         peer.set_write_timeout(Some(std::time::Duration::from_millis(100)))?;
///         Ok(peer.write_all(names.as_bytes())?)
///     }
/// }
///
/// conformance::networked(Transport::Tcp, |peer| Names { address: peer.address().to_owned() });
/// ```
///
/// # Panics
///
/// A rule does not hold.
#[track_caller]
pub fn networked<R: Recorder + 'static>(transport: Transport, make: impl Fn(&Peer) -> R + Sync) {
    boxed_networked(transport, |peer| Box::new(make(peer)));
}

/// Like [`networked`], for a recorder whose type is not known, such as a row of a table.
///
/// # Panics
///
/// A rule does not hold.
#[track_caller]
pub fn boxed_networked(transport: Transport, make: impl Fn(&Peer) -> Box<dyn Recorder> + Sync) {
    let good = Peer::new(transport, Manner::Collecting);
    boxed_recorder(|| make(&good));
    thread::scope(|threads| {
        let recovers = threads.spawn(|| recovers(transport, &make));
        boxed_misbehaving(transport, &make);
        recovers.join().unwrap_or_else(|panic| resume_unwind(panic));
    });
}

/// Checks of a recorder only what [`networked`] calls survival: for what talks a protocol over `transport` that no peer of
/// the kit understands, such as gRPC over that of HTTP.
///
/// # Panics
///
/// A rule does not hold.
#[track_caller]
pub fn boxed_misbehaving(transport: Transport, make: impl Fn(&Peer) -> Box<dyn Recorder> + Sync) {
    // Mostly they wait, so that it takes no longer to do it at once.
    thread::scope(|threads| {
        let make = &make;
        let survive = |manner| threads.spawn(move || survives(transport, &manner, make));
        let all: Vec<_> = Manner::misbehaving(transport).into_iter().map(survive).collect();
        if let Some(panic) = all.into_iter().find_map(|rule| rule.join().err()) {
            resume_unwind(panic);
        }
    });
}

#[track_caller]
fn survives(transport: Transport, manner: &Manner, make: &dyn Fn(&Peer) -> Box<dyn Recorder>) {
    let peer = Peer::new(transport, manner.clone());
    let what = format!("{transport:?}, {manner:?}");
    for account in hurts_nobody(make(&peer), &what) {
        assert_eq!(account.dropped_for(DropReason::Panicked), 0, "it panicked ({what}): {account:?}");
    }
}

#[monitored]
fn during_outage() {}

#[monitored]
fn after_outage() {}

#[track_caller]
fn recovers(transport: Transport, make: &dyn Fn(&Peer) -> Box<dyn Recorder>) {
    let peer = Peer::new(transport, Manner::Dead);
    let monitor = quiet().boxed_recorder(make(&peer)).rest(BRIEF).interval(BRIEF).build();
    let looking = Looking::at(&monitor);
    monitor.scope(during_outage);
    // It is late, or has dropped datagrams that nobody took.
    let _ = monitor.flush(DEADLINE);
    if transport.connects() {
        let lost = monitor
            .accounts()
            .into_iter()
            .find(|account| account.signal != "metrics" && account.dropped() > 0);
        assert_eq!(lost, None, "what was recorded while nobody was there is lost at once");
    }
    peer.turn(Manner::Collecting);
    let wanted = if transport.connects() { "during_outage" } else { "after_outage" };
    let begun = std::time::Instant::now();
    while !mentions(&peer.collected(), wanted) {
        let accounts = monitor.accounts();
        assert!(
            begun.elapsed() < PATIENCE,
            "what was recorded never came to a peer that came back: {accounts:?}"
        );
        monitor.scope(after_outage);
        let _ = monitor.flush(DEADLINE);
    }
    assert_eq!(monitor.shutdown(PATIENCE), Ok(()), "it does not end with a peer that came back");
    looking.end();
}

/// Whether a word is anywhere in what came.
fn mentions(collected: &Collected, word: &str) -> bool {
    let has = |bytes: &[u8]| bytes.windows(word.len()).any(|window| window == word.as_bytes());
    collected.streams.iter().chain(&collected.datagrams).any(|bytes| has(bytes))
        || collected.requests.iter().any(|request| request.unpacked().is_ok_and(|body| has(&body)))
}
