//! A server that goes away and comes back.

use std::sync::Arc;
use std::time::Duration;
use std::time::Instant;

use monitor_core::Monitor;
use monitor_core::Outcome;
use monitor_core::Recorder;
use monitor_core::RecorderError;
use monitor_core::Signals;
use monitor_core::Span;
use monitor_core::SpanBatch;
use monitor_core::recorders::Sentry;
use monitor_test::loopback::Manner;
use monitor_test::loopback::Peer;

use crate::PATIENCE;
use crate::monitor;
use crate::peer;
use crate::received::received;
use crate::sentry;

/// Hands each batch over while the server is away, and again when it is back.
struct Twice {
    sentry: Sentry,
    peer: Arc<Peer>,
}

impl Recorder for Twice {
    fn name(&self) -> &str {
        "twice"
    }

    fn signals(&self) -> Signals {
        Signals::SPANS
    }

    fn spans(&mut self, batch: &SpanBatch) -> Result<(), RecorderError> {
        self.peer.turn(Manner::Dead);
        let refused = self.sentry.spans(batch).unwrap_err();
        assert!(refused.is_retryable(), "{refused}");
        self.peer.turn(Manner::Collecting);
        self.sentry.spans(batch)
    }

    fn flush(&mut self) -> Result<(), RecorderError> {
        self.sentry.flush()
    }
}

#[test]
fn f28_a_batch_that_comes_again_is_told_once() {
    let peer = Arc::new(peer());
    let twice = Twice { sentry: sentry(&peer), peer: Arc::clone(&peer) };
    let monitor = Monitor::builder().recorder(twice).build();
    for _ in 0..2 {
        monitor.scope(|| {
            let _root = Span::start("root");
            Span::start("failing").end(Outcome::Error);
        });
        monitor.flush(PATIENCE).unwrap();
    }
    let told = received(&peer);
    assert_eq!((told.events.len(), told.transactions.len()), (2, 2));
    assert!(monitor.accounts().iter().all(|account| account.dropped() == 0), "{:?}", monitor.accounts());
}

#[test]
fn f30_a_server_that_hangs_or_drips_takes_no_more_than_the_time_limit() {
    for manner in [Manner::Hanging, Manner::Dripping(Duration::from_millis(50))] {
        let peer = Peer::http(manner);
        let monitor = monitor(sentry(&peer).timeout(Duration::from_millis(300)));
        monitor.scope(|| (0..20).for_each(|_| Span::start("failing").end(Outcome::Error)));
        let begin = Instant::now();
        let _ = monitor.flush(Duration::from_secs(2));
        assert!(begin.elapsed() < PATIENCE, "{:?}", begin.elapsed());
        for account in monitor.accounts() {
            assert_eq!(account.recorded, account.exported + account.dropped() + account.queued);
        }
    }
}
