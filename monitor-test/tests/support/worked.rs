//! An event of a test's own.

use monitor_core::FieldValue;
use monitor_core::event::Event;
use monitor_core::event::Family;
use monitor_core::event::Severity;

/// Some work was done, or went wrong.
#[derive(Clone, Debug)]
pub(crate) enum Work {
    Done(u64),
    Failed(String),
}

static FAMILY: Family = Family::new("work", &["work.done", "work.failed"]);

impl Event for Work {
    fn family() -> &'static Family {
        &FAMILY
    }

    fn index(&self) -> usize {
        usize::from(matches!(self, Work::Failed(_)))
    }

    fn severity(&self) -> Severity {
        if matches!(self, Work::Failed(_)) { Severity::Error } else { Severity::Debug }
    }

    fn fields(&self, add: &mut dyn FnMut(&'static str, FieldValue<'_>)) {
        match self {
            Work::Done(number) => add("number", FieldValue::Unsigned(*number)),
            Work::Failed(why) => add("why", FieldValue::Text(why.into())),
        }
    }
}
