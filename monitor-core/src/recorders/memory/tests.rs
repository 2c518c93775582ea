use std::time::Duration;

use crate::Monitor;
use crate::probe::Span;
use crate::recorders::Memory;

#[test]
fn the_oldest_spans_go_first() {
    let memory = Memory::with_capacity(2);
    let monitor = Monitor::builder().recorder(memory.clone()).build();
    monitor.scope(|| {
        for number in 0..5_u64 {
            let mut span = Span::start("numbered");
            span.set("number", number);
        }
    });
    monitor.flush(Duration::from_secs(10)).unwrap();
    let numbers: Vec<_> =
        memory.spans().iter().map(|span| span.field("number").unwrap().to_string()).collect();
    assert_eq!(numbers, ["3", "4"]);
    assert_eq!(memory.forgotten(), 3);
}
