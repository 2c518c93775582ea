//! By which labels CloudWatch can tell series apart.

use crate::recorder::FromSetting;

/// The most names in a set.
pub(crate) const NAMES: usize = 30;

/// One set of dimensions: CloudWatch keeps a metric of its own for each combination of their values.
///
/// ```
/// use monitor_core::recorders::cloudwatch_emf::DimensionSet;
///
/// let by_function = DimensionSet::of(["service.name", "function"]);
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct DimensionSet(pub(crate) Choice);

#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Choice {
    All,
    Some(Vec<String>),
}

impl DimensionSet {
    /// All labels that a series has, up to the 30 that a set may have.
    #[must_use]
    pub fn all() -> Self {
        Self(Choice::All)
    }

    /// No label at all: all series of a metric together.
    #[must_use]
    pub fn none() -> Self {
        Self(Choice::Some(Vec::new()))
    }

    /// These labels, or attributes of the resource, as far as a series has them; at most 30.
    #[must_use]
    pub fn of<N: Into<String>>(names: impl IntoIterator<Item = N>) -> Self {
        Self(Choice::Some(names.into_iter().map(Into::into).take(NAMES).collect()))
    }
}

impl FromSetting for DimensionSet {
    const EXPECTED: &'static str = "`all`, `none` or names joined by `+`, such as `service.name+function`";

    fn from_setting(text: &str) -> Option<Self> {
        let names: Vec<_> = text.split('+').map(str::trim).collect();
        match &names[..] {
            ["all"] => Some(Self::all()),
            ["none"] => Some(Self::none()),
            names if names.len() <= NAMES && names.iter().all(|name| !name.is_empty()) => {
                Some(Self::of(names.iter().copied()))
            }
            _ => None,
        }
    }
}
