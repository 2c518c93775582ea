//! The variables of the environment that are ours.

use std::collections::BTreeMap;
use std::ffi::OsString;

use crate::config::ConfigError;
use crate::model::nearest;
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

    /// Finds among those that nobody took one that is called almost like one of `known`.
    ///
    /// # Errors
    ///
    /// There is one: whoever set it means the other.
    pub(crate) fn check_rest(&self, known: &[&str]) -> Result<(), ConfigError> {
        let words: Vec<_> = known.iter().filter_map(|name| name.strip_prefix(PREFIX)).collect();
        let near = self.0.keys().find_map(|name| Some((name, nearest(name.strip_prefix(PREFIX)?, &words)?)));
        match near {
            Some((name, near)) => {
                let problem = format!("there is no such variable; did you mean `{PREFIX}{near}`?");
                Err(ConfigError::invalid(name, problem))
            }
            None => Ok(()),
        }
    }

    /// Adds what `MONITOR_<NAME>_<KEY>` say about the recorder of this name, which is one of `all`: where the name of another
    /// begins with this one, as `eu_west` with `eu`, its variables are its own.
    pub(crate) fn add_to(&mut self, settings: &mut Settings, recorder: &str, all: &[String]) {
        let (prefix, others) = (prefix(recorder), all.iter().map(|other| prefix(other)).collect::<Vec<_>>());
        let is_its = |name: &str| {
            let is_others = |other: &String| other.len() > prefix.len() && name.starts_with(other);
            name.starts_with(&prefix) && !others.iter().any(is_others)
        };
        for (name, value) in self.0.extract_if(.., |name, _| is_its(name)) {
            settings.put(&name[prefix.len()..].to_lowercase(), value, name.clone());
        }
    }
}

/// What the variables about the recorder of this name begin with.
fn prefix(recorder: &str) -> String {
    format!("{PREFIX}{}_", recorder.to_uppercase().replace('-', "_"))
}
