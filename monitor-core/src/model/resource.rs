//! What tells the signals of one process from those of all others.

use std::borrow::Cow;
use std::sync::Arc;

use crate::model::FieldValue;
use crate::model::Value;

/// The attribute that every resource should have.
const SERVICE_NAME: &str = "service.name";

/// What produces the signals: the service, its process, its host, as attributes named by OpenTelemetry's conventions.
///
/// Cheap to clone.
///
/// ```
/// use monitor_core::Resource;
///
/// let resource = Resource::default().with("service.name", "shop").with("process.pid", 7);
/// assert_eq!(resource.service_name(), "shop");
/// assert_eq!(resource.attributes().count(), 2);
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Resource {
    attributes: Arc<Vec<(Cow<'static, str>, FieldValue<'static>)>>,
}

impl Resource {
    /// The same with one attribute more, or another value for one that it has. A value that is none, or an empty name,
    /// changes nothing.
    #[must_use]
    pub fn with(mut self, name: impl Into<Cow<'static, str>>, value: impl Value) -> Self {
        let name = name.into();
        if let Some(value) = value.field().map(FieldValue::into_owned)
            && !name.is_empty()
        {
            let attributes = Arc::make_mut(&mut self.attributes);
            match attributes.iter_mut().find(|(known, _)| *known == name) {
                Some((_, known)) => *known = value,
                None if name == SERVICE_NAME => attributes.insert(0, (name, value)),
                None => attributes.push((name, value)),
            }
        }
        self
    }

    /// The attributes of both; where both have one of a name, that of this one counts.
    #[must_use]
    pub fn or(self, other: &Resource) -> Self {
        other.attributes.iter().fold(self, |all, (name, value)| match all.get(name) {
            Some(_) => all,
            None => all.with(name.clone(), Kept(value)),
        })
    }

    /// Names and values, the service's name first.
    pub fn attributes(&self) -> impl Iterator<Item = (&str, FieldValue<'_>)> {
        self.attributes.iter().map(|(name, value)| (name.as_ref(), value.borrowed()))
    }

    /// The value of one attribute.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<FieldValue<'_>> {
        self.attributes().find(|(known, _)| *known == name).map(|(_, value)| value)
    }

    /// What the service is called; `unknown_service` where nobody said.
    #[must_use]
    pub fn service_name(&self) -> &str {
        match self.attributes.first() {
            Some((name, FieldValue::Text(value))) if name == SERVICE_NAME => value,
            _ => "unknown_service",
        }
    }
}

/// A value that is one already.
struct Kept<'a>(&'a FieldValue<'static>);

impl Value for Kept<'_> {
    fn field(&self) -> Option<FieldValue<'_>> {
        Some(self.0.borrowed())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_word_on_an_attribute_counts_and_the_first_of_two_resources() {
        let mine = Resource::default().with("a", 1).with("service.name", "mine").with("a", 2);
        let other = Resource::default().with("service.name", "other").with("b", "more");
        let both = mine.or(&other);
        let attributes: Vec<_> = both.attributes().map(|(name, value)| format!("{name}={value}")).collect();
        assert_eq!(attributes, ["service.name=mine", "a=2", "b=more"]);
    }

    #[test]
    fn a_service_without_a_name_is_unknown() {
        assert_eq!(Resource::default().service_name(), "unknown_service");
        assert_eq!(Resource::default().with("service.name", 7).service_name(), "unknown_service");
        assert_eq!(Resource::default().with("", "x").with("none", None::<&str>), Resource::default());
    }
}
