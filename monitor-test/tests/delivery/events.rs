//! Events are fed by settings of their own.

use std::sync::Arc;
use std::sync::Mutex;
use std::time::Duration;

use monitor_core::Delivery;
use monitor_core::EventBatch;
use monitor_core::Monitor;
use monitor_core::Recorder;
use monitor_core::RecorderError;
use monitor_core::Span;
use monitor_core::SpanBatch;
use monitor_core::emit;
use monitor_core::event::Address;
use monitor_core::event::HeartbeatInfo;
use monitor_core::event::HeartbeatStarted;
use monitor_core::layers::Keep;
use monitor_core::layers::RecorderExt;

use crate::PATIENCE;

/// The sizes of the batches of spans and of events that came.
#[derive(Clone, Default)]
struct Sizes(Arc<Mutex<(Vec<usize>, Vec<usize>)>>);

impl Recorder for Sizes {
    fn name(&self) -> &str {
        "sizes"
    }

    fn delivery(&self) -> Delivery {
        Delivery::default().batch(5).delay(Duration::MAX)
    }

    fn event_delivery(&self) -> Delivery {
        self.delivery().batch(2)
    }

    fn spans(&mut self, batch: &SpanBatch) -> Result<(), RecorderError> {
        self.0.lock().unwrap().0.push(batch.len());
        Ok(())
    }

    fn events(&mut self, batch: &EventBatch) -> Result<(), RecorderError> {
        self.0.lock().unwrap().1.push(batch.len());
        Ok(())
    }
}

fn six_of_each(recorder: impl Recorder + 'static) {
    let monitor = Monitor::builder().recorder(recorder).build();
    let info = HeartbeatInfo::new(Address::tcp("db", 5432));
    monitor.scope(|| {
        for _ in 0..6 {
            drop(Span::start("span"));
            emit(|| HeartbeatStarted::new(&info));
        }
    });
    monitor.flush(PATIENCE).unwrap();
}

#[test]
fn events_come_in_batches_of_their_own_size_through_any_layer() {
    let sizes = Sizes::default();
    six_of_each(sizes.clone().layer(Keep::all()).named("layered"));
    assert_eq!(*sizes.0.lock().unwrap(), (vec![5, 1], vec![2, 2, 2]));
}

#[test]
fn who_feeds_a_recorder_otherwise_feeds_it_with_events_as_well_unless_something_else_is_said() {
    let sizes = Sizes::default();
    six_of_each(sizes.clone().fed(Delivery::default().batch(3)));
    assert_eq!(*sizes.0.lock().unwrap(), (vec![3, 3], vec![3, 3]));

    let sizes = Sizes::default();
    six_of_each(sizes.clone().fed_with_events(Delivery::default().batch(4)));
    assert_eq!(*sizes.0.lock().unwrap(), (vec![5, 1], vec![4, 2]));
}
