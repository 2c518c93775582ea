//! A recorder that calls annotated code (F08). In a process of its own: such calls are counted per process.

#[path = "support/accounts.rs"]
mod accounts;
#[path = "support/scripted.rs"]
mod scripted;

use monitor_core::Monitor;
use monitor_core::SpanBatch;
use monitor_core::monitored;

use accounts::PATIENCE;
use accounts::spans_of;
use scripted::Scripted;

#[monitored]
fn within_a_recorder() -> u32 {
    42
}

#[test]
fn f08_what_a_recorder_itself_calls_is_not_recorded_but_counted() {
    let recorder = Scripted::new("curious", |batch: &SpanBatch| {
        let results = (0..10).map(|_| within_a_recorder()).sum::<u32>();
        assert_eq!(results, 420);
        assert_eq!(batch.len(), 1);
        Ok(())
    });
    let installed = Monitor::builder().recorder(recorder).install().unwrap();
    for _ in 0..5 {
        assert_eq!(within_a_recorder(), 42);
        assert_eq!(installed.flush(PATIENCE), Ok(()));
    }
    assert_eq!(spans_of(&installed, "curious").exported, 5);
    assert_eq!(installed.losses().calls_suppressed, 50);
    assert_eq!(installed.snapshot().function("within_a_recorder").unwrap().calls(), 5);
}
