//! `OTEL_SERVICE_NAME` and `OTEL_RESOURCE_ATTRIBUTES`.

use std::ffi::OsString;
use std::fmt;

use crate::model::Resource;
use crate::model::percent_decoded;
use crate::resource::surroundings::Surroundings;

/// What the service is called.
const NAME: &str = "OTEL_SERVICE_NAME";
/// Attributes: `key=value`, joined by commas.
const ATTRIBUTES: &str = "OTEL_RESOURCE_ATTRIBUTES";
/// So much of a wrong value is shown: enough to find it, and not all of what may be secret.
const SHOWN: usize = 64;

/// What the variables say, of which the one about the service's name counts more; and what is wrong with them. A
/// variable with an error in it is left out as a whole.
pub(crate) fn read(surroundings: &Surroundings<'_>) -> (Resource, Option<ResourceError>) {
    let mut problem = None;
    let mut text = |variable| {
        let value = surroundings.raw_variable(variable)?;
        let value = value.into_string().map_err(|value| ResourceError::not_text(variable, &value));
        value.map_err(|error| problem = Some(error)).ok()
    };
    let mut resource = Resource::default();
    if let Some(name) = text(NAME)
        && !name.trim().is_empty()
    {
        resource = resource.with("service.name", name.trim());
    }
    let attributes = text(ATTRIBUTES).unwrap_or_default();
    match parse(&attributes) {
        Ok(attributes) => {
            let said = attributes
                .into_iter()
                .fold(Resource::default(), |resource, (name, value)| resource.with(name, value));
            resource = resource.or(&said);
            // The name that the environment of a deployment had until 2024.
            if let (None, Some(old)) =
                (resource.get("deployment.environment.name"), said.get("deployment.environment"))
            {
                resource = resource.with("deployment.environment.name", old.to_string());
            }
        }
        Err(error) => problem = problem.or(Some(error)),
    }
    (resource, problem)
}

/// Reads attributes as the specification of OpenTelemetry's resource has them: `key=value`, joined by commas; commas,
/// equals signs and whatever else is awkward as `%2C`, `%3D` and so on. Members with nothing in them are passed over,
/// as `$BEFORE,key=value` has one where `BEFORE` is empty, and an equals sign in a value needs no escape: it cannot be
/// mistaken.
pub(crate) fn parse(text: &str) -> Result<Vec<(String, String)>, ResourceError> {
    let members = text.split(',').map(str::trim).filter(|member| !member.is_empty());
    members.map(parse_member).collect()
}

fn parse_member(member: &str) -> Result<(String, String), ResourceError> {
    let wrong = |problem: &str| ResourceError::new(ATTRIBUTES, member, problem);
    let (name, value) = member.split_once('=').ok_or_else(|| {
        wrong("has no `=`; write `key=value`, joined by commas, a comma in a value as `%2C`")
    })?;
    let decode = |text: &str| {
        percent_decoded(text.trim()).ok_or_else(|| {
            wrong("has a `%` that is followed by no two hexadecimal digits, or bytes that are not UTF-8; write `%25` for the sign itself")
        })
    };
    let (name, value) = (decode(name)?, decode(value)?);
    if name.is_empty() {
        return Err(wrong("has no key; write `key=value`"));
    }
    if name.chars().any(|letter| letter.is_control() || letter.is_whitespace()) {
        return Err(wrong(
            "has a blank or a control character in its key; write a key such as `service.version`",
        ));
    }
    Ok((name, value))
}

/// A variable that describes the resource cannot be read.
///
/// ```
/// use monitor_core::Resource;
///
/// // `OTEL_RESOURCE_ATTRIBUTES=service.version` has no value, and would give such an error.
/// assert!(Resource::from_env().is_ok());
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ResourceError {
    variable: &'static str,
    value: String,
    problem: String,
}

impl ResourceError {
    fn new(variable: &'static str, value: &str, problem: &str) -> Self {
        let cut = value.chars().count() > SHOWN;
        let shown: String = value.chars().take(SHOWN).chain(cut.then_some('…')).collect();
        Self { variable, value: shown, problem: problem.to_owned() }
    }

    fn not_text(variable: &'static str, value: &OsString) -> Self {
        Self::new(variable, &value.to_string_lossy(), "is not UTF-8; write it in UTF-8, or percent-encoded")
    }

    /// The variable that is wrong.
    #[must_use]
    pub fn variable(&self) -> &'static str {
        self.variable
    }

    /// The part of its value that cannot be read; only the beginning of a long one.
    #[must_use]
    pub fn value(&self) -> &str {
        &self.value
    }
}

impl fmt::Display for ResourceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {:?} {}", self.variable, self.value, self.problem)
    }
}

impl std::error::Error for ResourceError {}
