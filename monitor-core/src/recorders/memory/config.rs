//! What configuration can say about the memory.

use crate::recorder::Configured;
use crate::recorder::SettingError;
use crate::recorder::Settings;
use crate::recorders::Memory;

impl Configured for Memory {
    const NAME: &'static str = "memory";
    const ABOUT: &'static str = "keeps the last spans, events and metrics in memory, for tests";

    fn open(settings: &mut Settings) -> Result<Self, SettingError> {
        Ok(settings.take("capacity")?.map_or_else(Self::default, Self::with_capacity))
    }
}
