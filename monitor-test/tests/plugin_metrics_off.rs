//! Metrics of a program that has no monitor; the only test here, for a monitor anywhere in the process would be one.

use std::cell::Cell;

use monitor_core::plugin_metric;

thread_local! {
    static EVALUATED: Cell<u32> = const { Cell::new(0) };
}

fn note() -> u64 {
    EVALUATED.set(EVALUATED.get() + 1);
    1
}

#[plugin_metric(counter = "off.value", value = note())]
#[plugin_metric(counter = "off.look", value = |_| note())]
#[plugin_metric(counter = "off.label.{n}", labels(n = note(), max = 2))]
fn watched() -> u64 {
    2
}

#[plugin_metric(gauge = "off.read", read)]
fn read() -> u64 {
    note()
}

#[test]
fn nothing_is_evaluated_for_a_call_that_nobody_records() {
    assert_eq!(watched(), 2);
    assert_eq!(EVALUATED.get(), 0);
    assert_eq!((read(), EVALUATED.get()), (1, 1));
}
