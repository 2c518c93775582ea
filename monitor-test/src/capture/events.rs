//! Which events captured code told, in which order and during which span.

use monitor_core::recorders::memory::FinishedSpan;
use monitor_core::recorders::memory::RecordedEvent;

use crate::capture::Captured;
use crate::capture::tree;

impl Captured {
    /// All events, those of one thread in the order in which they were told.
    ///
    /// ```
    /// use monitor_core::event::{Address, ConnectionCreated};
    /// use monitor_core::{emit, monitored};
    /// use monitor_test::Capture;
    ///
    /// #[monitored]
    /// fn connect() {
    ///     emit(|| ConnectionCreated::new(Address::tcp("db", 5432), 7));
    /// }
    ///
    /// let captured = Capture::run(connect);
    /// assert_eq!(captured.event_names(), ["pool.connection_created"]);
    /// assert_eq!(captured.events()[0].field("connection_id").unwrap().to_string(), "7");
    /// assert_eq!(captured.events_in(captured.span("connect")).len(), 1);
    /// ```
    #[must_use]
    pub fn events(&self) -> &[RecordedEvent] {
        &self.events
    }

    /// The names of all events, in their order.
    #[must_use]
    pub fn event_names(&self) -> Vec<&'static str> {
        self.events.iter().map(|event| event.name).collect()
    }

    /// The only event of this name, such as `command.started`.
    ///
    /// # Panics
    ///
    /// There is none, or more than one.
    #[must_use]
    #[track_caller]
    pub fn event(&self, name: &str) -> &RecordedEvent {
        let mut named = self.events.iter().filter(|event| event.name == name);
        match (named.next(), named.count()) {
            (Some(event), 0) => event,
            (Some(_), more) => {
                panic!("{} events are called `{name}`; captured:\n{}", more + 1, self.tree_with_events())
            }
            (None, _) => panic!("no event is called `{name}`; captured:\n{}", self.tree_with_events()),
        }
    }

    /// The events of this name, in their order.
    #[must_use]
    pub fn events_named(&self, name: &str) -> Vec<&RecordedEvent> {
        self.events.iter().filter(|event| event.name == name).collect()
    }

    /// The events that happened during this span, and not during one of its children.
    #[must_use]
    pub fn events_in(&self, span: &FinishedSpan) -> Vec<&RecordedEvent> {
        let within = |event: &&RecordedEvent| {
            let context = event.context.map(|context| (context.trace_id(), context.span_id()));
            context == Some((span.trace_id, span.span_id))
        };
        self.events.iter().filter(within).collect()
    }

    /// The [`tree`](Self::tree) of spans with each event below its span, behind a dash, in order of time: for a
    /// snapshot. Where a clock stands still, events come after the spans of their moment.
    #[must_use]
    pub fn tree_with_events(&self) -> String {
        tree::render(self.spans(), &self.events)
    }
}
