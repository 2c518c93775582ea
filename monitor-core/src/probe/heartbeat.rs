//! Heartbeats by hand.

use std::fmt;
use std::thread;
use std::time::Instant;

use crate::dispatch::emit;
use crate::dispatch::is_heard;
use crate::event::Document;
use crate::event::HeartbeatEvent;
use crate::event::HeartbeatFailed;
use crate::event::HeartbeatInfo;
use crate::event::HeartbeatStarted;
use crate::event::HeartbeatSucceeded;
use crate::event::Text;
use crate::probe::command::ToDocument;

/// A heartbeat by hand: a server is asked whether it is there, and exactly one answer is told.
///
/// Start it before the socket is made. Dropped without an answer, the heartbeat has failed.
///
/// ```
/// use monitor_core::Heartbeat;
/// use monitor_core::event::{Address, HeartbeatInfo};
///
/// let heartbeat = Heartbeat::start(HeartbeatInfo::new(Address::tcp("db1", 27017)));
/// heartbeat.succeed(|| r#"{"ok": 1}"#);
/// ```
#[must_use = "dropped, the heartbeat has failed"]
pub struct Heartbeat {
    info: HeartbeatInfo,
    started: Instant,
    /// How it ended was told.
    over: bool,
}

impl fmt::Debug for Heartbeat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Heartbeat").field("info", &self.info).finish_non_exhaustive()
    }
}

impl Heartbeat {
    /// The server is about to be asked.
    pub fn start(info: HeartbeatInfo) -> Self {
        emit(|| HeartbeatStarted::new(&info));
        Self { info, started: Instant::now(), over: false }
    }

    /// It answered. The answer is evaluated only if somebody listens.
    pub fn succeed<D: ToDocument>(mut self, reply: impl FnOnce() -> D) {
        self.over = true;
        if is_heard::<HeartbeatEvent>() {
            let (took, reply) = (self.started.elapsed(), reply().to_document());
            emit(|| HeartbeatSucceeded::new(&self.info, took, reply));
        }
    }

    /// It did not answer, or with an error.
    pub fn fail(mut self, failure: impl ToDocument) {
        self.failed(failure.to_document());
    }

    fn failed(&mut self, failure: Document) {
        self.over = true;
        let took = self.started.elapsed();
        emit(|| HeartbeatFailed::new(&self.info, took, failure));
    }
}

impl Drop for Heartbeat {
    fn drop(&mut self) {
        if !self.over {
            let why = if thread::panicking() { "panic" } else { "cancelled" };
            self.failed(Document::from(Text::literal(why)));
        }
    }
}
