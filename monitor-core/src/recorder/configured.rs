//! What configuration can make.

use crate::recorder::Recorder;
use crate::recorder::SettingError;
use crate::recorder::Settings;

/// A recorder that configuration can make.
///
/// ```
/// use monitor_core::{Configured, Recorder, SettingError, Settings};
///
/// struct Shout { words: u64 }
///
/// impl Recorder for Shout {
///     fn name(&self) -> &str { Self::NAME }
/// }
///
/// impl Configured for Shout {
///     const NAME: &'static str = "shout";
///     const ABOUT: &'static str = "shouts";
///
///     fn open(settings: &mut Settings) -> Result<Self, SettingError> {
///         Ok(Self { words: settings.take("words")?.unwrap_or(3) })
///     }
/// }
///
/// let mut settings = Settings::new("shout").with("words", "many");
/// let error = Shout::open(&mut settings).err().unwrap();
/// assert_eq!(error.to_string(), "shout.words: `many` is not a whole number");
/// ```
pub trait Configured: Recorder + Sized + 'static {
    /// The name in configuration, which is that of its folder and, where it has one, of its feature.
    const NAME: &'static str;
    /// What it does, in a line.
    const ABOUT: &'static str;

    /// Makes one, taking out of `settings` what it knows. What is left over is told as an error by the caller.
    ///
    /// # Errors
    ///
    /// A value means nothing.
    fn open(settings: &mut Settings) -> Result<Self, SettingError>;
}
