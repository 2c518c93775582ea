//! The variables of the environment that are ours.

use std::collections::BTreeMap;
use std::ffi::OsString;

use crate::config::ConfigError;
use crate::recorder::Settings;

const PREFIX: &str = "MONITOR_";

/// The variables of the environment that are ours.
pub(crate) struct Variables(BTreeMap<String, String>);

impl Variables {
    /// Those of `all` that begin with `MONITOR_`.
    ///
    /// # Errors
    ///
    /// One of them is not UTF-8.
    pub(crate) fn read(all: impl IntoIterator<Item = (OsString, OsString)>) -> Result<Self, ConfigError> {
        let mut ours = BTreeMap::new();
        for (name, value) in all {
            let Some(name) = name.to_str().filter(|name| name.starts_with(PREFIX)) else { continue };
            let value = value.into_string().map_err(|value| {
                ConfigError::invalid(name, format!("{value:?} is not UTF-8; write it in UTF-8"))
            })?;
            ours.insert(name.to_owned(), value);
        }
        Ok(Self(ours))
    }

    /// The value of a variable, empty where it is not set.
    pub(crate) fn take(&mut self, name: &str) -> String {
        self.0.remove(name).unwrap_or_default()
    }

    /// Adds what `MONITOR_<NAME>_<KEY>` say about the recorder of this name.
    pub(crate) fn add_to(&mut self, settings: &mut Settings, recorder: &str) {
        let prefix = format!("{PREFIX}{}_", recorder.to_uppercase().replace('-', "_"));
        for (name, value) in self.0.extract_if(.., |name, _| name.starts_with(&prefix)) {
            settings.put(&name[prefix.len()..].to_lowercase(), value, name.clone());
        }
    }
}
