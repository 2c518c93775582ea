//! Whatever the names and values are, the number of records is the same.

use std::time::Duration;

use monitor_core::DropReason;
use monitor_core::ManualClock;
use monitor_core::Recorder;

use crate::conformance::deadline::PATIENCE;
use crate::conformance::odd;
use crate::conformance::odd::Texts;
use crate::conformance::quiet::quiet;

/// A time since 1970 that nobody refuses for being too long ago.
const TODAY: Duration = Duration::from_secs(1_795_000_000);

/// Checks that no name and no value can add a record, take one away or break one (F61, F62, F63, F65): it ships harmless
/// texts and then hostile ones in their places, and as many records must have come.
///
/// `records` reads what a recorder has shipped, strictly, and gives the number of records. It is called after each of
/// two recorders that `make` made has ended.
///
/// ```
/// use monitor_core::{Recorder, RecorderError, SpanBatch};
/// use monitor_test::{conformance, loopback::{Manner, PATIENCE, Peer}};
/// use std::net::UdpSocket;
///
/// struct Names { socket: UdpSocket, address: String }
///
/// impl Recorder for Names {
///     fn name(&self) -> &str { "names" }
///
///     fn spans(&mut self, batch: &SpanBatch) -> Result<(), RecorderError> {
///         for span in batch.iter() {
///             self.socket.send_to(format!("{:?}\n", span.name()).as_bytes(), &self.address)?;
///         }
///         Ok(self.socket.send_to(b"end\n", &self.address).map(drop)?)
///     }
/// }
///
/// let peer = Peer::udp(Manner::Collecting);
/// let make = || Names { socket: UdpSocket::bind("127.0.0.1:0").unwrap(), address: peer.address().to_owned() };
/// let has_ended = |lines: &[String]| lines.last().is_some_and(|last| last == "end");
/// conformance::faithful(make, || {
///     peer.wait_for(PATIENCE, |collected| has_ended(&collected.lines()));
///     let lines = peer.take().lines();
///     assert!(lines.iter().all(|line| line == "end" || (line.starts_with('"') && line.ends_with('"'))));
///     lines.len()
/// });
/// ```
///
/// # Panics
///
/// The numbers differ, or there is none at all.
#[track_caller]
pub fn faithful<R: Recorder + 'static>(make: impl Fn() -> R, records: impl FnMut() -> usize) {
    boxed_faithful(|| Box::new(make()), records);
}

/// Like [`faithful`], for a recorder whose type is not known, such as a row of a table.
///
/// # Panics
///
/// The numbers differ, or there is none at all.
#[track_caller]
pub fn boxed_faithful(make: impl Fn() -> Box<dyn Recorder>, mut records: impl FnMut() -> usize) {
    let mut shipped = |texts| {
        let recorder = make();
        let name = recorder.name().to_owned();
        // Who keeps one value a second sends more, or less, where the second is over between flush and shutdown.
        let clock = ManualClock::default();
        clock.advance(TODAY);
        let monitor = quiet().boxed_recorder(recorder).interval(PATIENCE).clock(clock).build();
        monitor.scope(|| odd::record(texts));
        // What does not go at once is tried again by this, as long as it takes.
        assert_eq!(monitor.flush(PATIENCE), Ok(()), "`{name}` is not done with a few spans and events");
        assert_eq!(monitor.shutdown(PATIENCE), Ok(()), "`{name}` does not end");
        let lost = monitor.accounts().into_iter().find(|account| {
            // What a format has no place for is refused, and counted so, in both cases.
            account.dropped() > account.dropped_for(DropReason::Rejected)
        });
        assert_eq!(lost, None, "`{name}` does not take {texts:?} texts");
        (name, records())
    };
    let (name, harmless) = shipped(Texts::Harmless);
    let (_, hostile) = shipped(Texts::Hostile);
    assert!(harmless > 0, "`{name}` ships nothing");
    assert_eq!(hostile, harmless, "hostile texts change the number of records of `{name}`");
}
