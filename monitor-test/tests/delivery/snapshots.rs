//! What layers do with snapshots.

use std::sync::Arc;
use std::sync::Mutex;

use monitor_core::Monitor;
use monitor_core::Recorder;
use monitor_core::RecorderError;
use monitor_core::Snapshot;
use monitor_core::layers::Keep;
use monitor_core::layers::Layer;
use monitor_core::layers::RecorderExt;

use crate::PATIENCE;

/// Where in memory the metrics lie that it gets, as a layer and as a recorder.
#[derive(Clone, Default)]
struct Addresses(Arc<Mutex<Vec<usize>>>);

impl Addresses {
    fn note(&self, snapshot: &Snapshot) {
        self.0.lock().unwrap().push(snapshot.metrics().as_ptr().addr());
    }
}

impl Layer for Addresses {
    fn metrics(&mut self, snapshot: Snapshot) -> Snapshot {
        self.note(&snapshot);
        snapshot
    }
}

impl Recorder for Addresses {
    fn name(&self) -> &str {
        "addresses"
    }

    fn metrics(&mut self, snapshot: &Snapshot) -> Result<(), RecorderError> {
        self.note(snapshot);
        Ok(())
    }
}

#[test]
fn a_snapshot_is_copied_once_for_any_number_of_layers() {
    let seen = Addresses::default();
    let recorder: Box<dyn Recorder> = Box::new(seen.clone().layer(seen.clone()).named("inner"));
    let recorder = recorder.layer(seen.clone()).layer(Keep::all()).layer(seen.clone());
    let monitor = Monitor::builder().recorder(recorder).build();
    monitor.flush(PATIENCE).unwrap();
    let seen = seen.0.lock().unwrap();
    assert_eq!(*seen, [seen[0]; 4]);
}
