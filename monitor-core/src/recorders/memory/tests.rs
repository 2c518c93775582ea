use std::time::Duration;

use crate::Monitor;
use crate::dispatch::record_event;
use crate::event::Address;
use crate::event::HeartbeatEvent;
use crate::event::HeartbeatInfo;
use crate::event::HeartbeatStarted;
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
    monitor.flush(Duration::from_secs(60)).unwrap();
    let numbers: Vec<_> =
        memory.spans().iter().map(|span| span.field("number").unwrap().to_string()).collect();
    assert_eq!(numbers, ["3", "4"]);
    assert_eq!(memory.forgotten(), 3);
}

#[test]
fn the_oldest_events_go_first_and_no_span_for_them() {
    let memory = Memory::with_capacity(2);
    let monitor = Monitor::builder().recorder(memory.clone()).build();
    drop(monitor.scope(|| Span::start("kept")));
    for number in 0..5 {
        let info = HeartbeatInfo::new(Address::tcp("db", 5432)).connection(number);
        record_event(monitor.core(), &HeartbeatEvent::Started(HeartbeatStarted::new(&info)));
    }
    monitor.flush(Duration::from_secs(60)).unwrap();
    let events = memory.take_events();
    let numbers: Vec<_> =
        events.iter().map(|event| event.field("connection_id").unwrap().to_string()).collect();
    assert_eq!(numbers, ["3", "4"]);
    assert_eq!((memory.forgotten_events(), memory.forgotten()), (3, 0));
    assert_eq!((memory.spans().len(), memory.events().len()), (1, 0));
}
