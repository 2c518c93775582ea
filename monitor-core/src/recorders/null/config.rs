//! What configuration can say about this: nothing.

use crate::recorder::Configured;
use crate::recorder::SettingError;
use crate::recorder::Settings;
use crate::recorders::Null;

impl Configured for Null {
    const NAME: &'static str = "null";
    const ABOUT: &'static str = "takes everything and does nothing";

    fn open(_: &mut Settings) -> Result<Self, SettingError> {
        Ok(Self::default())
    }
}
