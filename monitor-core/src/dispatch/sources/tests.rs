use super::*;
use crate::dispatch::register;
use crate::event::Event;
use crate::listener::from_fn;
use crate::model::Details;
use crate::model::FieldValue;
use crate::model::Metadata;
use crate::model::Signals;

/// Of no other test, as those run side by side.
#[derive(Clone, Debug)]
struct Told;

impl Event for Told {
    fn family() -> &'static Family {
        static FAMILY: Family = Family::new("told", &["told"]);
        &FAMILY
    }

    fn index(&self) -> usize {
        0
    }

    fn fields(&self, _: &mut dyn FnMut(&'static str, FieldValue<'_>)) {}
}

#[test]
fn a_callsite_is_on_where_its_events_are_heard_though_nobody_records_it() {
    static DETAILS: Details =
        Details { signals: Signals::NONE, family: Some(Told::family), ..Details::DEFAULT };
    static CALLSITE: Callsite =
        Callsite::new(Metadata { name: "told", details: Some(&DETAILS), ..Metadata::DEFAULT });
    // Without the monitors of tests beside this one, whose recorders may take all events.
    let alone = Registry::default();
    assert!(!alone.wants(&CALLSITE));
    let registration = register(from_fn(|_: &Told| ()));
    assert!(alone.wants(&CALLSITE) && CALLSITE.is_on());
    drop(registration);
    assert!(!alone.wants(&CALLSITE));
}
