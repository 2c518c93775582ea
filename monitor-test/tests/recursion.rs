//! Deep recursion through an annotated function (F18).

use std::collections::HashMap;
use std::collections::HashSet;
use std::thread;
use std::time::Duration;

use monitor_core::Monitor;
use monitor_core::monitored;
use monitor_core::recorders::Memory;
use monitor_core::recorders::Null;

const DEPTH: usize = 10_000;

#[monitored]
fn annotated(left: usize, places: &mut Vec<usize>) -> usize {
    let here = 0_u8;
    places.push(std::ptr::from_ref(std::hint::black_box(&here)).addr());
    if left == 0 { 0 } else { 1 + annotated(left - 1, places) }
}

fn plain(left: usize, places: &mut Vec<usize>) -> usize {
    let here = 0_u8;
    places.push(std::ptr::from_ref(std::hint::black_box(&here)).addr());
    if left == 0 { 0 } else { 1 + plain(left - 1, places) }
}

/// How many bytes of stack one of `DEPTH` frames takes.
fn frame(body: impl FnOnce(&mut Vec<usize>) -> usize) -> usize {
    let mut places = Vec::with_capacity(DEPTH + 1);
    assert_eq!(body(&mut places), DEPTH);
    (places[0] - places[DEPTH]) / DEPTH
}

#[test]
fn f18_ten_thousand_nested_calls_cost_a_bounded_stack() {
    let monitor = Monitor::builder().recorder(Null::default()).build();
    let scoped = monitor.clone();
    let deep = thread::Builder::new().stack_size(256 << 20);
    let handle = deep.spawn(move || {
        let without = frame(|places| plain(DEPTH, places));
        scoped.scope(|| frame(|places| annotated(DEPTH, places))) - without
    });
    let cost = handle.unwrap().join().unwrap();
    println!("one nested call costs {cost} bytes of stack");
    // Without optimisation every shell is a frame of its own.
    let bound = if cfg!(debug_assertions) { 4_096 } else { 200 };
    assert!(cost < bound, "{cost} bytes");
    let function = monitor.snapshot();
    let function = function.function("annotated").unwrap();
    assert_eq!((function.calls(), function.in_flight()), (DEPTH as u64 + 1, 0));
}

#[test]
fn f18_spans_beyond_a_depth_stand_side_by_side() {
    let memory = Memory::default();
    let monitor = Monitor::builder().recorder(memory.clone()).build();
    let deep = thread::Builder::new().stack_size(64 << 20);
    let scoped = monitor.clone();
    deep.spawn(move || scoped.scope(|| annotated(1_499, &mut Vec::new()))).unwrap().join().unwrap();
    monitor.flush(Duration::from_secs(60)).unwrap();
    let mut depths = HashMap::new();
    let spans = memory.spans();
    // A parent ends after its children.
    for span in spans.iter().rev() {
        let above = span.parent.map_or(0, |parent| depths[&parent]);
        depths.insert(span.span_id, above + 1);
    }
    assert_eq!((spans.len(), depths.values().max()), (1_500, Some(&1_001)));
    assert_eq!(monitor.losses().spans_flattened, 500);
    assert_eq!(spans.iter().map(|span| span.trace_id).collect::<HashSet<_>>().len(), 1);
}

#[monitored(signals(metrics))]
fn counted(left: usize) {
    if left == 0 { root() } else { counted(left - 1) }
}

#[monitored]
fn root() {
    leaf();
    leaf();
}

#[monitored]
fn leaf() {}

#[test]
fn f18_a_root_below_many_calls_without_spans_keeps_its_children() {
    let memory = Memory::default();
    let monitor = Monitor::builder().recorder(memory.clone()).build();
    let deep = thread::Builder::new().stack_size(64 << 20);
    let scoped = monitor.clone();
    deep.spawn(move || scoped.scope(|| counted(1_500))).unwrap().join().unwrap();
    monitor.flush(Duration::from_secs(60)).unwrap();
    let spans = memory.spans();
    let root = spans.iter().find(|span| span.parent.is_none()).unwrap();
    let children = spans.iter().filter(|span| span.parent == Some(root.span_id));
    assert_eq!((spans.len(), children.count()), (3, 2));
    assert!(spans.iter().all(|span| span.trace_id == root.trace_id));
}
