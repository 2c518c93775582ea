//! Events through channels.

use std::sync::mpsc::TryRecvError;
use std::sync::mpsc::sync_channel;
use std::thread;

use monitor_core::Monitor;
use monitor_core::emit;
use monitor_core::event::Event;
use monitor_core::listener::ChannelListener;
use monitor_core::listener::TokioListener;
use monitor_core::listener::channel;
use monitor_core::listener::tokio_channel;

#[derive(Clone, Debug, Event, PartialEq)]
struct Told(u32);

#[test]
fn a_channel_has_the_events_in_order_and_ends_with_the_monitor() {
    let (listener, events) = channel::<Told>(10);
    let monitor = Monitor::builder().listener(listener).build();
    let reader = thread::spawn(move || events.iter().map(|event| event.0).collect::<Vec<_>>());
    monitor.scope(|| (1..=3).for_each(|number| emit(|| Told(number))));
    drop(monitor);
    assert_eq!(reader.join().unwrap(), [1, 2, 3]);
}

#[test]
fn a_channel_that_is_full_loses_what_is_too_much_and_counts_it() {
    let (listener, events) = channel::<Told>(2);
    let monitor = Monitor::builder().listener(listener).build();
    (1..=5).for_each(|number| monitor.emit(|| Told(number)));
    assert_eq!(events.overflowed(), 3);
    assert_eq!(events.try_iter().map(|event| event.0).collect::<Vec<_>>(), [1, 2]);
    monitor.emit(|| Told(6));
    assert_eq!((events.try_recv(), events.try_recv()), (Ok(Told(6)), Err(TryRecvError::Empty)));
}

#[test]
fn a_channel_that_nobody_reads_any_more_hurts_nobody() {
    let (listener, events) = channel::<Told>(1);
    let monitor = Monitor::builder().listener(listener).build();
    drop(events);
    (1..=3).for_each(|number| monitor.emit(|| Told(number)));
    assert_eq!(monitor.losses().listener_panics, 0);
}

#[test]
fn a_channel_that_is_there_already_can_be_listened_with() {
    let (sender, events) = sync_channel::<Told>(10);
    let monitor = Monitor::builder().listener(ChannelListener::from(sender)).build();
    monitor.emit(|| Told(1));
    assert_eq!(events.try_recv(), Ok(Told(1)));
}

#[tokio::test]
async fn a_task_reads_events_in_order_and_is_told_of_the_end() {
    let (listener, mut events) = tokio_channel::<Told>(10);
    let monitor = Monitor::builder().listener(listener).build();
    let reader = tokio::spawn(async move {
        let mut heard = Vec::new();
        while let Some(event) = events.recv().await {
            heard.push(event.0);
        }
        heard
    });
    (1..=3).for_each(|number| monitor.emit(|| Told(number)));
    drop(monitor);
    assert_eq!(reader.await.unwrap(), [1, 2, 3]);
}

#[tokio::test]
async fn a_full_channel_of_tokio_loses_what_is_too_much_and_counts_it() {
    let (listener, mut events) = tokio_channel::<Told>(2);
    let monitor = Monitor::builder().listener(listener).build();
    (1..=5).for_each(|number| monitor.emit(|| Told(number)));
    assert_eq!(events.overflowed(), 3);
    assert_eq!((events.recv().await, events.recv().await), (Some(Told(1)), Some(Told(2))));
    let (sender, mut own) = tokio::sync::mpsc::channel::<Told>(10);
    let monitor = Monitor::builder().listener(TokioListener::from(sender)).build();
    monitor.emit(|| Told(6));
    assert_eq!(own.recv().await, Some(Told(6)));
}
