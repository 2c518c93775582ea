//! What configuration says about one recorder.

use std::error::Error;
use std::fmt;

use crate::model::nearest;
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
    /// How many of these are the recorder's own, and not those of any recorder.
    own: usize,
}

#[derive(Clone)]
struct Entry {
    key: String,
    value: String,
    /// Where it was said: a variable, or a file with its line.
    origin: String,
    taken: bool,
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
        self.entries.push(Entry { key: key.to_owned(), value, origin, taken: false });
    }

    /// The value of this key, and the end of it: what nobody takes is an error in the end. An empty value is none.
    ///
    /// # Errors
    ///
    /// The text means nothing: the error names where it was said, the text unless it is secret, and what was expected.
    pub fn take<T: FromSetting>(&mut self, key: &'static str) -> Result<Option<T>, SettingError> {
        self.known.push(key);
        let Some(entry) = self.entries.iter_mut().find(|entry| entry.key == key) else { return Ok(None) };
        entry.taken = true;
        let (text, origin) = (entry.value.trim(), entry.origin.clone());
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
        let said = self.entries.iter().find(|entry| entry.key == key).map(|entry| entry.origin.clone());
        SettingError::new(said.unwrap_or_else(|| format!("{}.{key}", self.recorder)), problem)
    }

    /// The recorder has asked for all of its own: what is asked for from now on, any recorder may be told.
    pub(crate) fn end_own(&mut self) {
        self.own = self.known.len();
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
        let over = self.entries.into_iter().find(|entry| !entry.taken);
        let Some(Entry { key, origin, .. }) = over else { return Ok(()) };
        let mut problem = format!("`{}` has no setting `{key}`; ", self.recorder);
        if let Some(near) = nearest(&key, &self.known) {
            problem.push_str(&format!("did you mean `{near}`? "));
        }
        problem.push_str("there are ");
        if self.own > 0 {
            problem.push_str(&format!("`{}`, and ", self.known[..self.own].join("`, `")));
        }
        problem.push_str("those that `monitor_core::layers` has for any recorder");
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
