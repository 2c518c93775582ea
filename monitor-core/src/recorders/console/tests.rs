use std::io;
use std::io::Write;
use std::sync::Arc;
use std::sync::Mutex;
use std::thread;
use std::time::Duration;
use std::time::Instant;

use crate::Context;
use crate::ManualClock;
use crate::Monitor;
use crate::dispatch::record_event;
use crate::event::Address;
use crate::event::HeartbeatEvent;
use crate::event::HeartbeatInfo;
use crate::event::HeartbeatStarted;
use crate::model::SpanContext;
use crate::model::SpanId;
use crate::model::TraceId;
use crate::probe::Span;
use crate::recorders::Console;
use crate::recorders::Memory;
use crate::recorders::console::encode::escape;
use crate::recorders::console::waiting::Waiting;
use crate::recorders::memory::FinishedSpan;

#[derive(Clone, Default)]
struct Page(Arc<Mutex<Vec<u8>>>);

impl Write for Page {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_trace_is_printed_as_a_tree_and_functions_as_a_table() {
    let (page, clock) = (Page::default(), ManualClock::default());
    let monitor = Monitor::builder().clock(clock.clone()).recorder(Console::new(page.clone())).build();
    monitor.scope(|| {
        let _outer = Span::start("outer");
        clock.advance(Duration::from_millis(1));
        for number in 0..2_u64 {
            let mut inner = Span::start("inner");
            inner.set("number", number);
            clock.advance(Duration::from_millis(2));
        }
    });
    monitor.shutdown(Duration::from_secs(60)).unwrap();
    let text = String::from_utf8(page.0.lock().unwrap().clone()).unwrap();
    let lines: Vec<_> = text.lines().take(3).collect();
    assert_eq!(lines, ["outer 5.0 ms", "  inner 2.0 ms number=0", "  inner 2.0 ms number=1"]);
    assert!(text.contains("function"), "{text}");
}

#[test]
fn a_child_of_another_thread_is_printed_below_its_parent() {
    let (page, clock) = (Page::default(), ManualClock::default());
    let monitor = Monitor::builder().clock(clock.clone()).recorder(Console::new(page.clone())).build();
    monitor.scope(|| {
        let _outer = Span::start("outer");
        let context = Context::current();
        thread::spawn(move || context.run(|| drop(Span::start("inner")))).join().unwrap();
    });
    monitor.flush(Duration::from_secs(60)).unwrap();
    let text = String::from_utf8(page.0.lock().unwrap().clone()).unwrap();
    assert!(text.starts_with("outer 0 ns\n  inner 0 ns\n"), "{text}");
}

#[test]
fn a_span_that_comes_after_its_trace_was_printed_is_printed_too() {
    let page = Page::default();
    let monitor = Monitor::builder().recorder(Console::new(page.clone())).build();
    let context = monitor.scope(|| {
        let _outer = Span::start("outer");
        Context::current()
    });
    monitor.flush(Duration::from_secs(60)).unwrap();
    monitor.scope(|| context.run(|| drop(Span::start("inner"))));
    monitor.flush(Duration::from_secs(60)).unwrap();
    let text = String::from_utf8(page.0.lock().unwrap().clone()).unwrap();
    assert!(text.contains("\n… late\n  inner "), "{text}");
}

#[test]
fn traces_without_a_root_wait_in_bounded_memory() {
    let mut waiting = Waiting::default();
    let memory = Memory::default();
    let monitor = Monitor::builder().recorder(memory.clone()).build();
    let elsewhere = SpanContext::new(TraceId::new(1), SpanId::new(2));
    monitor.scope(|| drop(Span::start_in("part", elsewhere)));
    monitor.flush(Duration::from_secs(60)).unwrap();
    let span = memory.spans().remove(0);
    let (mut printed, now) = (0, Instant::now());
    for number in 1..=50_000 {
        waiting.add(FinishedSpan { trace_id: TraceId::new(number), ..span.clone() }, now);
        printed += waiting.take_ready(now).len();
    }
    assert_eq!((printed, waiting.len()), (30_000, 20_000));
    assert_eq!(waiting.take_all().len(), 20_000);
}

#[test]
fn f16_behind_a_trace_that_waits_others_take_no_memory() {
    let (memory, mut waiting) = (Memory::default(), Waiting::default());
    let monitor = Monitor::builder().recorder(memory.clone()).build();
    monitor.scope(|| {
        let _root = Span::start("root");
        drop(Span::start("child"));
    });
    monitor.flush(Duration::from_secs(60)).unwrap();
    let [child, root] = &memory.spans()[..] else { panic!("two spans") };
    let now = Instant::now();
    waiting.add(child.clone(), now);
    for number in 1..10_000 {
        waiting.add(FinishedSpan { trace_id: TraceId::new(number), ..root.clone() }, now);
        assert_eq!(waiting.take_ready(now).len(), 1);
        assert!(waiting.places() < 2_000, "{}", waiting.places());
    }
    assert_eq!(waiting.len(), 1);
}

#[test]
fn a_trace_that_another_process_has_sent_is_printed_when_its_part_here_ends() {
    let (memory, mut waiting) = (Memory::default(), Waiting::default());
    let monitor = Monitor::builder().recorder(memory.clone()).build();
    let sender = SpanContext::new(TraceId::new(1), SpanId::new(2)).remote();
    monitor.scope(|| {
        let _answer = Span::start_in("answer", sender);
        drop(Span::start("load"));
    });
    monitor.flush(Duration::from_secs(60)).unwrap();
    let mut spans = memory.spans().into_iter();
    let now = Instant::now();
    waiting.add(spans.next().unwrap(), now);
    assert_eq!(waiting.take_ready(now).len(), 0);
    waiting.add(spans.next().unwrap(), now);
    assert_eq!(waiting.take_ready(now)[0].spans.len(), 2);
}

#[test]
fn a_trace_whose_root_is_elsewhere_is_printed_when_nothing_more_comes() {
    let (memory, mut waiting) = (Memory::default(), Waiting::default());
    let monitor = Monitor::builder().recorder(memory.clone()).build();
    let elsewhere = SpanContext::new(TraceId::new(1), SpanId::new(2));
    monitor.scope(|| drop(Span::start_in("part", elsewhere)));
    monitor.flush(Duration::from_secs(60)).unwrap();
    let span = memory.spans().remove(0);
    let begun = Instant::now();
    let after = |seconds| begun + Duration::from_secs(seconds);
    waiting.add(span.clone(), begun);
    waiting.add(span, after(8));
    let printed = [9, 15, 17, 18].map(|seconds| waiting.take_ready(after(seconds)).len());
    assert_eq!((printed, waiting.len()), ([0, 0, 0, 1], 0));
}

#[test]
fn f62_an_event_is_printed_as_one_line_that_commands_nothing() {
    let (page, clock) = (Page::default(), ManualClock::default());
    let monitor = Monitor::builder().clock(clock.clone()).recorder(Console::new(page.clone())).build();
    // A day, and 3 hours 4 minutes 5.678 seconds.
    clock.advance(Duration::from_millis((27 * 3_600 + 4 * 60 + 5) * 1_000 + 678));
    let server = Address::tcp("db\u{1b}[31m\r\nforged", 5432);
    record_event(
        monitor.core(),
        &HeartbeatEvent::Started(HeartbeatStarted::new(&HeartbeatInfo::new(server))),
    );
    monitor.flush(Duration::from_secs(60)).unwrap();
    let text = String::from_utf8(page.0.lock().unwrap().clone()).unwrap();
    assert!(text.starts_with("03:04:05.678Z info  heartbeat.started "), "{text}");
    assert!(text.contains("\\u{1b}[31m\\u{d}\\u{a}forged") && text.lines().count() == 1, "{text}");
}

#[test]
fn a_flood_of_events_is_cut_short_and_counted() {
    let page = Page::default();
    let console = Console::new(page.clone()).events_per_batch(3);
    let monitor = Monitor::builder().recorder(console).build();
    let info = HeartbeatInfo::new(Address::tcp("db", 5432));
    let event = HeartbeatEvent::Started(HeartbeatStarted::new(&info));
    (0..10).for_each(|_| record_event(monitor.core(), &event));
    monitor.flush(Duration::from_secs(60)).unwrap();
    let text = String::from_utf8(page.0.lock().unwrap().clone()).unwrap();
    assert_eq!((text.lines().count(), text.lines().last()), (4, Some("… and 7 more events")));
}

#[test]
fn f19_a_broken_output_is_counted_and_hurts_nobody() {
    struct Broken;
    impl Write for Broken {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::BrokenPipe.into())
        }

        fn flush(&mut self) -> io::Result<()> {
            Err(io::ErrorKind::BrokenPipe.into())
        }
    }
    let monitor = Monitor::builder().recorder(Console::new(Broken)).build();
    monitor.scope(|| drop(Span::start("lost")));
    monitor.flush(Duration::from_secs(60)).unwrap();
    let account = monitor.accounts().into_iter().find(|account| account.signal == "spans").unwrap();
    assert_eq!((account.recorded, account.dropped(), account.queued), (1, 1, 0));
}

#[test]
fn f62_text_cannot_command_the_terminal() {
    assert_eq!(escape("a\u{1b}[31mb\r\nc\u{202e}d"), "a\\u{1b}[31mb\\u{d}\\u{a}c\\u{202e}d");
    assert_eq!(escape("Grüße, 世界"), "Grüße, 世界");
}
