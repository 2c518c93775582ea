//! The table of all recorders.

use crate::model::list_known;
use crate::recorder::Configured;
use crate::recorder::Recorder;
use crate::recorder::SettingError;
use crate::recorder::Settings;
use crate::recorder::layer::wrap;
use crate::recorders::BUILTIN;
use crate::recorders::NAMES;

/// One recorder that configuration can name.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Builtin {
    /// The name in configuration.
    pub name: &'static str,
    /// What it does, in a line.
    pub about: &'static str,
    make: fn(&mut Settings) -> Result<Box<dyn Recorder>, SettingError>,
}

impl Builtin {
    pub(crate) const fn of<R: Configured>() -> Self {
        Self {
            name: R::NAME,
            about: R::ABOUT,
            make: |settings| R::open(settings).map(|recorder| Box::new(recorder) as Box<dyn Recorder>),
        }
    }

    /// The recorder of this name.
    ///
    /// # Errors
    ///
    /// There is none, or it was left out of this build: the error says which names there are, or which feature to add.
    pub fn named(name: &str) -> Result<Self, String> {
        if let Some(found) = BUILTIN.iter().find(|builtin| builtin.name == name) {
            return Ok(*found);
        }
        match NAMES.iter().find(|(known, _)| *known == name) {
            Some((_, feature)) => Err(format!(
                "the recorder `{name}` is not in this build; add the feature `{feature}` of `monitor-core`"
            )),
            None => {
                let names: Vec<_> = NAMES.iter().map(|(name, _)| *name).collect();
                Err(format!("no recorder is called `{name}`; {}", list_known(name, &names)))
            }
        }
    }

    /// The names of its settings.
    ///
    /// ```
    /// use monitor_core::recorders::Builtin;
    ///
    /// assert!(Builtin::named("console")?.settings().contains(&"traces_per_batch"));
    /// # Ok::<(), String>(())
    /// ```
    #[must_use]
    pub fn settings(&self) -> Vec<&'static str> {
        let mut asked = Settings::new(self.name);
        // Where one is wanting that it cannot do without, it has asked for that one at least.
        let _ = (self.make)(&mut asked);
        asked.into_known()
    }

    /// Makes one as `settings` say: those of its own, and those of the [layers](crate::layers) that any recorder may have.
    ///
    /// ```
    /// use monitor_core::Settings;
    /// use monitor_core::recorders::BUILTIN;
    ///
    /// for builtin in BUILTIN.iter().filter(|builtin| builtin.name == "null") {
    ///     let error = builtin.open(Settings::new("null").with("smaple", "0.1")).err().unwrap();
    ///     let expected = "null.smaple: `null` has no setting `smaple`; did you mean `sample`? ";
    ///     assert!(error.to_string().starts_with(expected));
    /// }
    /// ```
    ///
    /// # Errors
    ///
    /// A value means nothing, or there is no such key.
    pub fn open(&self, mut settings: Settings) -> Result<Box<dyn Recorder>, SettingError> {
        let recorder = (self.make)(&mut settings)?;
        settings.end_own();
        let recorder = wrap(recorder, &mut settings)?;
        settings.finish()?;
        Ok(recorder)
    }
}

/// Makes the public names, the table of what is in this build, and the list of all names out of the rows. A recorder
/// that is only there with a feature has the feature's name behind it.
macro_rules! table {
    ($($module:ident :: $recorder:ident $(($feature:literal))?),* $(,)?) => {
        $($(#[cfg(feature = $feature)])? pub use $module::$recorder;)*

        /// Every recorder that configuration can name, in this build.
        pub const BUILTIN: &[Builtin] = &[
            $($(#[cfg(feature = $feature)])? Builtin::of::<$module::$recorder>(),)*
        ];

        /// The names of all recorders, those left out of this build as well, with their features.
        const NAMES: &[(&str, &str)] = &[$((stringify!($module), concat!($($feature)?)),)*];
    };
}

pub(crate) use table;
