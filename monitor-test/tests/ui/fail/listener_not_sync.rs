use std::cell::Cell;

use monitor_core::Monitor;
use monitor_core::event::PoolEvent;
use monitor_core::listener::from_fn;

fn main() {
    let count = Cell::new(0);
    let _ = Monitor::builder().listener(from_fn(move |_: &PoolEvent| count.set(count.get() + 1))).build();
}
