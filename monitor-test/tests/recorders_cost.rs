//! What a call costs its thread does not depend on the recorders, however many there are and whatever becomes of them: it
//! allocates nothing and waits for nobody (F30, F42). That is counted, not timed, so that it holds on any machine.

#[path = "support/gate.rs"]
mod gate;

use std::sync::Arc;

use allocation_counter::AllocationInfo;
use allocation_counter::measure;
use monitor_core::EventBatch;
use monitor_core::Monitor;
use monitor_core::Recorder;
use monitor_core::RecorderError;
use monitor_core::Snapshot;
use monitor_core::SpanBatch;
use monitor_core::monitored;

use gate::Gate;

/// More than all buffers and queues take.
const WARM: u32 = 120_000;
const CALLS: u32 = 100_000;
/// One a thousand calls would be many more.
const FEW: u64 = 50;

#[monitored]
fn plain() -> u32 {
    42
}

#[monitored(fields(number))]
fn with_field(number: u32) -> u32 {
    number
}

fn calls(count: u32) {
    let sum = (0..count).map(|number| u64::from(plain() + with_field(number) - number)).sum::<u64>();
    assert_eq!(sum, 42 * u64::from(count));
}

/// Does not come back until its gate is open.
struct Stuck(Arc<Gate>);

impl Recorder for Stuck {
    fn name(&self) -> &str {
        "stuck"
    }

    fn spans(&mut self, _: &SpanBatch) -> Result<(), RecorderError> {
        self.0.pass();
        Ok(())
    }

    fn events(&mut self, _: &EventBatch) -> Result<(), RecorderError> {
        self.0.pass();
        Ok(())
    }

    fn metrics(&mut self, _: &Snapshot) -> Result<(), RecorderError> {
        self.0.pass();
        Ok(())
    }
}

/// How often this thread has waited for something.
#[cfg(target_os = "linux")]
fn waits() -> u64 {
    let status = std::fs::read_to_string("/proc/thread-self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("voluntary_ctxt_switches:")).unwrap();
    line.trim().parse().unwrap()
}

#[cfg(not(target_os = "linux"))]
fn waits() -> u64 {
    0
}

/// What a burst of calls costs its thread with so many recorders, all stuck.
fn cost(recorders: usize) -> (AllocationInfo, u64) {
    let gate = Arc::new(Gate::default());
    let builder = Monitor::builder().notices(|_| ());
    let builder = (0..recorders).fold(builder, |builder, _| builder.recorder(Stuck(Arc::clone(&gate))));
    let monitor = builder.build();
    let cost = monitor.scope(|| {
        calls(WARM);
        let before = waits();
        let allocated = measure(|| calls(CALLS));
        (allocated, waits() - before)
    });
    gate.open();
    cost
}

#[test]
fn f42_a_call_allocates_nothing_and_waits_for_nobody_however_many_recorders_are_stuck() {
    for recorders in [0, 1, 10] {
        let (allocated, waits) = cost(recorders);
        println!("{recorders} recorders: {allocated:?}, {waits} waits");
        // A histogram grows, up to its 160 buckets, when a call takes longer than any before.
        assert!(allocated.count_total <= FEW, "{allocated:?} with {recorders} recorders");
        // A page of memory that is not there yet is waited for as well.
        assert!(waits <= FEW, "{waits} waits with {recorders} recorders");
    }
}
