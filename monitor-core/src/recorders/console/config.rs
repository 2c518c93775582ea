//! What configuration can say about the console.

use crate::recorder::Configured;
use crate::recorder::SettingError;
use crate::recorder::Settings;
use crate::recorders::Console;
use crate::recorders::console::live;

impl Configured for Console {
    const NAME: &'static str = "console";
    const ABOUT: &'static str = "span trees, events and a table of functions on standard error";

    fn open(settings: &mut Settings) -> Result<Self, SettingError> {
        let mut console = Self::default();
        if let Some(traces) = settings.take("traces_per_batch")? {
            console = console.traces_per_batch(traces);
        }
        if let Some(events) = settings.take("events_per_batch")? {
            console = console.events_per_batch(events);
        }
        if settings.take("live")? == Some(true) {
            console = live::asked_for(console).map_err(|problem| settings.error("live", problem))?;
        }
        Ok(console)
    }
}
