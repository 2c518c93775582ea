//! The recorders that the library has, by name.

use clap::builder::PossibleValue;
use clap::builder::PossibleValuesParser;
use clap::builder::TypedValueParser;
use monitor_core::Recorder;
use monitor_core::SettingError;
use monitor_core::Settings;
use monitor_core::recorders::BUILTIN;
use monitor_core::recorders::Builtin;

/// The name of a recorder that the library has.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RecorderName(&'static Builtin);

impl RecorderName {
    /// Makes one, with its defaults.
    ///
    /// # Errors
    ///
    /// It has settings that must be given.
    pub(crate) fn open(&self) -> Result<Box<dyn Recorder>, SettingError> {
        self.0.open(Settings::new(self.0.name))
    }
}

/// Reads the name of a recorder; the help and the errors tell which there are.
pub(crate) fn name() -> impl TypedValueParser<Value = RecorderName> {
    let known = BUILTIN.iter().map(|known| PossibleValue::new(known.name).help(known.about));
    PossibleValuesParser::new(known).map(|name| {
        let found = BUILTIN.iter().find(|known| known.name == name);
        RecorderName(found.expect("no other name is let through"))
    })
}
