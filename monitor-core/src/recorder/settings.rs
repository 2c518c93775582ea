//! What configuration says about one recorder.

use std::error::Error;
use std::fmt;

use crate::model::list_known;
use crate::recorder::FromSetting;

/// What configuration says about one recorder: keys with their values, each with the place where it was said.
///
/// ```
/// use monitor_core::Settings;
/// use std::time::Duration;
///
/// let mut settings = Settings::new("statsd").with("timeout", "5s");
/// assert_eq!(settings.take("timeout"), Ok(Some(Duration::from_secs(5))));
/// assert_eq!(settings.take::<String>("prefix"), Ok(None));
/// ```
#[derive(Clone, Debug, Default)]
pub struct Settings {
    recorder: String,
    entries: Vec<Entry>,
    /// What was asked for, so that an error can name it.
    known: Vec<&'static str>,
}

#[derive(Clone)]
struct Entry {
    key: String,
    value: String,
    /// Where it was said: a variable, or a file with its line.
    origin: String,
}

impl fmt::Debug for Entry {
    /// Without the value, which may be secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.origin)
    }
}

impl Settings {
    /// Nothing is said about the recorder of this name.
    pub fn new(recorder: impl Into<String>) -> Self {
        Self { recorder: recorder.into(), ..Self::default() }
    }

    /// Says something: for tests, and for programs that have their own configuration.
    #[must_use]
    pub fn with(mut self, key: &str, value: impl Into<String>) -> Self {
        let origin = format!("{}.{key}", self.recorder);
        self.put(key, value.into(), origin);
        self
    }

    /// Says something that was said at `origin`; what was said earlier about the same key no longer counts.
    pub(crate) fn put(&mut self, key: &str, value: String, origin: String) {
        self.entries.retain(|entry| entry.key != key);
        self.entries.push(Entry { key: key.to_owned(), value, origin });
    }

    /// The value of this key, and the end of it: what nobody takes is an error in the end. An empty value is none.
    ///
    /// # Errors
    ///
    /// The text means nothing: the error names where it was said, the text unless it is secret, and what was expected.
    pub fn take<T: FromSetting>(&mut self, key: &'static str) -> Result<Option<T>, SettingError> {
        self.known.push(key);
        let Some(place) = self.entries.iter().position(|entry| entry.key == key) else { return Ok(None) };
        let Entry { value, origin, .. } = self.entries.remove(place);
        let text = value.trim();
        if text.is_empty() {
            return Ok(None);
        }
        T::from_setting(text).map(Some).ok_or_else(|| {
            let told = if T::SECRET { "the value".to_owned() } else { format!("`{text}`") };
            SettingError { origin, problem: format!("{told} is not {}", T::EXPECTED) }
        })
    }

    /// Puts the value of this key into `place`, which keeps what it has where nothing is said.
    ///
    /// ```
    /// use monitor_core::Settings;
    ///
    /// let (mut size, mut depth) = (1_u32, 2_u32);
    /// let mut settings = Settings::new("shout").with("size", "7");
    /// settings.take_into("size", &mut size)?;
    /// settings.take_into("depth", &mut depth)?;
    /// assert_eq!((size, depth), (7, 2));
    /// # Ok::<(), monitor_core::SettingError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`take`](Self::take).
    pub fn take_into<T: FromSetting>(
        &mut self,
        key: &'static str,
        place: &mut T,
    ) -> Result<(), SettingError> {
        if let Some(value) = self.take(key)? {
            *place = value;
        }
        Ok(())
    }

    /// An error about a key whose value can be read but makes no sense, such as a file that is not there.
    #[must_use]
    pub fn error(&self, key: &str, problem: impl Into<String>) -> SettingError {
        SettingError { origin: format!("{}.{key}", self.recorder), problem: problem.into() }
    }

    /// The keys that were asked for.
    pub(crate) fn into_known(self) -> Vec<&'static str> {
        self.known
    }

    /// Nothing more is asked for.
    ///
    /// # Errors
    ///
    /// Something was said that nobody asked for: a key that does not exist.
    pub(crate) fn finish(self) -> Result<(), SettingError> {
        let Some(Entry { key, origin, .. }) = self.entries.into_iter().next() else { return Ok(()) };
        let problem = if self.known.is_empty() {
            format!("`{}` has no settings", self.recorder)
        } else {
            format!("`{}` has no setting `{key}`; {}", self.recorder, list_known(&key, &self.known))
        };
        Err(SettingError { origin, problem })
    }
}

/// A setting that means nothing.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SettingError {
    origin: String,
    problem: String,
}

impl SettingError {
    /// Says where something is wrong, what it is, and what would be right.
    pub fn new(origin: impl Into<String>, problem: impl Into<String>) -> Self {
        Self { origin: origin.into(), problem: problem.into() }
    }
}

impl fmt::Display for SettingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.origin, self.problem)
    }
}

impl Error for SettingError {}
