//! What all of these tests need: a listener that remembers, and a future to be polled by hand.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::Mutex;
use std::task::{Context, Poll, Waker};

use monitor_core::event::CommandEvent;
use monitor_core::recorders::Memory;
use monitor_core::{Monitor, SpanContext, listener};

/// One event, and the span that it was heard in.
type InSpan = (CommandEvent, Option<SpanContext>);

/// What a listener heard, and in which span.
#[derive(Clone, Default)]
pub(crate) struct Heard(Arc<Mutex<Vec<InSpan>>>);

impl Heard {
    pub(crate) fn take(&self) -> Vec<InSpan> {
        std::mem::take(&mut self.0.lock().unwrap())
    }

    /// One word an event, with its document.
    pub(crate) fn told(&self) -> Vec<String> {
        self.take().into_iter().map(|(event, _)| word(&event)).collect()
    }

    pub(crate) fn listener(&self) -> impl listener::Listener + use<> {
        let heard = self.clone();
        listener::from_fn(move |event: &CommandEvent| {
            heard.0.lock().unwrap().push((event.clone(), monitor_core::Context::current().span()));
        })
    }
}

fn word(event: &CommandEvent) -> String {
    match event {
        CommandEvent::Started(event) => format!("{} started {}", event.command_name, event.command),
        CommandEvent::Succeeded(event) => format!("{} succeeded {}", event.command_name, event.reply),
        CommandEvent::Failed(event) => format!("{} failed {}", event.command_name, event.failure),
        other => format!("{other:?}"),
    }
}

/// A monitor with a memory and a listener.
pub(crate) fn monitor() -> (Monitor, Memory, Heard) {
    let (memory, heard) = (Memory::default(), Heard::default());
    let monitor = Monitor::builder().recorder(memory.clone()).listener(heard.listener()).build();
    (monitor, memory, heard)
}

/// Polls once.
pub(crate) fn poll<F: Future>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

/// Polls a future that never waits.
pub(crate) fn now<F: Future>(future: F) -> F::Output {
    match poll(std::pin::pin!(future)) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("it waits"),
    }
}

/// Waits for ever.
pub(crate) async fn never() {
    std::future::pending::<()>().await;
}
