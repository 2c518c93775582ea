//! The rules for what ships over a network.

use std::thread;

use monitor_core::DropReason;
use monitor_core::Recorder;

use crate::conformance::hardship::hurts_nobody;
use crate::conformance::rules::boxed_recorder;
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
    // Mostly they wait, so that it takes no longer to do it at once.
    thread::scope(|threads| {
        let make = &make;
        let mut rules = Vec::new();
        for manner in Manner::misbehaving(transport) {
            rules.push(threads.spawn(move || survives(transport, &manner, make)));
        }
        let broken = rules.into_iter().filter_map(|rule| rule.join().err()).next();
        if let Some(panic) = broken {
            std::panic::resume_unwind(panic);
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
