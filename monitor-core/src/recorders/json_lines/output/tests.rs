use std::io;
use std::io::Write;
use std::sync::Arc;
use std::sync::Mutex;
use std::time::Duration;

use serde_json::Value as Json;

use crate::Monitor;
use crate::model::Signals;
use crate::probe::Span;
use crate::recorders::JsonLines;

const PATIENCE: Duration = Duration::from_secs(60);

/// Takes a few bytes of each write, and then none.
#[derive(Clone, Default)]
struct Torn {
    bytes: Arc<Mutex<Vec<u8>>>,
    whole: Arc<Mutex<bool>>,
}

impl Write for Torn {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if *self.whole.lock().unwrap() {
            self.bytes.lock().unwrap().extend(bytes);
            return Ok(bytes.len());
        }
        if self.bytes.lock().unwrap().len() > 10 {
            return Err(io::ErrorKind::BrokenPipe.into());
        }
        self.bytes.lock().unwrap().extend(&bytes[..bytes.len().min(8)]);
        Ok(bytes.len().min(8))
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn f19_a_line_that_a_stream_tore_takes_no_other_with_it() {
    let torn = Torn::default();
    let monitor = Monitor::builder().recorder(JsonLines::to(torn.clone()).signals(Signals::SPANS)).build();
    monitor.scope(|| drop(Span::start("lost")));
    let _ = monitor.flush(PATIENCE);
    *torn.whole.lock().unwrap() = true;
    monitor.scope(|| drop(Span::start("whole")));
    monitor.flush(PATIENCE).unwrap();
    let text = String::from_utf8(torn.bytes.lock().unwrap().clone()).unwrap();
    let (broken, rest) = text.split_once('\n').unwrap();
    assert!(broken.starts_with("{\"time\":\"") && broken.len() == 16, "{text}");
    let whole: Json = serde_json::from_str(rest).unwrap();
    assert_eq!(whole["name"], "whole");
    let account = monitor.accounts().remove(0);
    assert_eq!((account.recorded, account.exported, account.dropped()), (2, 1, 1));
}
