//! What all lines of one process have in common, and how a line is put together.

use std::borrow::Cow;

use crate::export::socket::Packer;
use crate::model::FieldValue;
use crate::model::Resource;
use crate::recorders::dotted;
use crate::recorders::statsd::Dialect;
use crate::recorders::statsd::config::Options;

/// The longest name and the longest value of a label, in letters: what Datadog keeps.
const LABEL: usize = 200;

/// What Datadog calls what OpenTelemetry's conventions call so: it is shown everywhere.
const UNIFIED: [(&str, &str); 3] =
    [("deployment.environment.name", "env"), ("service.name", "service"), ("service.version", "version")];

/// What the objects of JavaScript have already, so that Etsy's daemon would add to a function.
const OF_JAVASCRIPT: [&str; 12] = [
    "__defineGetter__",
    "__defineSetter__",
    "__lookupGetter__",
    "__lookupSetter__",
    "__proto__",
    "constructor",
    "hasOwnProperty",
    "isPrototypeOf",
    "propertyIsEnumerable",
    "toLocaleString",
    "toString",
    "valueOf",
];

/// What all lines of one process have in common.
#[derive(Debug)]
pub(crate) struct Form<'a> {
    pub(crate) options: &'a Options,
    /// With the dot behind it.
    prefix: String,
    /// Ready to be written, each with its name.
    labels: Vec<(String, String)>,
    /// `|c:` and the identifier, where there is one.
    container: String,
    pub(crate) host: Option<String>,
}

/// What a line is about: a name, and what comes behind value and type.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) struct Subject {
    name: String,
    tail: String,
}

impl<'a> Form<'a> {
    pub(crate) fn new(options: &'a Options, resource: &Resource) -> Self {
        let mut form = Self {
            options,
            prefix: options.prefix.of(resource),
            labels: Vec::new(),
            container: String::new(),
            host: resource.get("host.name").map(text),
        };
        if options.dialect == Dialect::Classic {
            return form;
        }
        let constant = options
            .labels
            .iter()
            .filter(|(_, value)| !value.is_empty())
            .map(|(name, value)| (form.label(name), form.label(value)));
        let mut labels: Vec<_> = constant.collect();
        if options.dialect == Dialect::DogStatsD {
            for (attribute, name) in UNIFIED {
                if let Some(value) = resource.get(attribute)
                    && labels.iter().all(|(known, _)| known != name)
                {
                    labels.push((name.to_owned(), form.label(&text(value))));
                }
            }
            if let Some(container) = resource.get("container.id") {
                form.container = format!("|c:{}", form.label(&text(container)));
            }
        }
        form.labels = labels;
        form
    }

    /// What a line is about that has this name and these labels. Where labels are parts of the name, `path` has both.
    pub(crate) fn subject<'l>(
        &self,
        name: &str,
        path: impl FnOnce() -> String,
        labels: impl Iterator<Item = (&'l str, &'l str)>,
    ) -> Subject {
        if self.options.dialect == Dialect::Classic {
            return Subject { name: unlike_javascript(self.name(&path())), tail: String::new() };
        }
        let tail = self.labels(labels) + &self.container;
        let name = self.name(name);
        let name = if tail.is_empty() { unlike_javascript(name) } else { name };
        Subject { name, tail }
    }

    /// The name with its prefix.
    pub(crate) fn name(&self, name: &str) -> String {
        format!("{}{}", self.prefix, dotted::name(name))
    }

    /// `|#` and all labels that have a value; nothing where there is none.
    pub(crate) fn labels<'l>(&self, labels: impl Iterator<Item = (&'l str, &'l str)>) -> String {
        let labels = labels.filter(|(_, value)| !value.is_empty());
        let mut all: Vec<_> = labels.map(|(name, value)| (self.label(name), self.label(value))).collect();
        let own = all.len();
        // What a series says itself counts, not what is said of all of them.
        for (name, value) in &self.labels {
            if all.get(..own).is_some_and(|own| own.iter().all(|(known, _)| known != name)) {
                all.push((name.clone(), value.clone()));
            }
        }
        let all: Vec<_> = all.iter().map(|(name, value)| format!("{name}:{value}")).collect();
        if all.is_empty() { String::new() } else { format!("|#{}", all.join(",")) }
    }

    /// The name or the value of a label: letters, digits and `_-./`, all else as `_`; never empty. What Datadog keeps of
    /// other scripts, Etsy's daemon would leave out.
    pub(crate) fn label(&self, text: &str) -> String {
        let kept = |letter: char| match self.options.dialect {
            Dialect::DogStatsD => letter.is_alphanumeric() || "_-./".contains(letter),
            Dialect::Classic | Dialect::Tagged => letter.is_ascii_alphanumeric() || "_-.".contains(letter),
        };
        let label: String =
            text.chars().take(LABEL).map(|letter| if kept(letter) { letter } else { '_' }).collect();
        if label.is_empty() { "_".to_owned() } else { label }
    }
}

/// Where no prefix or label makes another name of it.
fn unlike_javascript(name: String) -> String {
    if OF_JAVASCRIPT.contains(&name.as_str()) { name + "_" } else { name }
}

pub(crate) fn text(value: FieldValue<'_>) -> String {
    match value {
        FieldValue::Text(text) => text.into_owned(),
        other => other.to_string(),
    }
}

/// The parts of a name that has labels and no template.
pub(crate) fn path(name: &str, labels: &[(&str, Cow<'_, str>)]) -> String {
    let parts = labels.iter().map(|(_, value)| dotted::part(value));
    [name.to_owned()].into_iter().chain(parts).collect::<Vec<_>>().join(".")
}

impl Subject {
    /// One line. The rate is left out where it is one.
    pub(crate) fn line(&self, value: &str, kind: &str, rate: f64) -> String {
        let Self { name, tail } = self;
        if rate < 1.0 {
            format!("{name}:{value}|{kind}|@{rate}{tail}")
        } else {
            format!("{name}:{value}|{kind}{tail}")
        }
    }

    /// Lines for all these values, as many values a line as `packing` and the length of a datagram allow.
    pub(crate) fn push_all(
        &self,
        values: &[String],
        kind: &str,
        rate: f64,
        packing: Packing,
        packer: &mut Packer,
    ) {
        let mut packed = String::new();
        let rest = self.line("", kind, rate).len();
        for value in values {
            let fits = match packing {
                Packing::OneValue => false,
                Packing::Values => rest + packed.len() + 1 + value.len() <= packer.limit(),
            };
            if !packed.is_empty() && !fits {
                packer.push(self.line(&std::mem::take(&mut packed), kind, rate));
            }
            if !packed.is_empty() {
                packed.push(':');
            }
            packed.push_str(value);
        }
        if !packed.is_empty() {
            packer.push(self.line(&packed, kind, rate));
        }
    }
}

/// How many values a line may have.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Packing {
    OneValue,
    /// As of version 1.1 of Datadog's protocol.
    Values,
}

impl Packing {
    pub(crate) fn of(dialect: Dialect) -> Self {
        if dialect == Dialect::DogStatsD { Packing::Values } else { Packing::OneValue }
    }
}

/// A number as all daemons read it: decimal, without an exponent, and zero without a sign.
pub(crate) fn number(value: f64) -> String {
    format!("{}", value + 0.0)
}
