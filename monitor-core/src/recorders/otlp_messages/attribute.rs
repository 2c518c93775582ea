//! What all signals share: values, attributes, where they come from.

use std::time::SystemTime;

use prost::Message;
use prost::Oneof;
use serde::Serialize;

use crate::model::FieldValue;
use crate::model::since_1970;
use crate::recorders::otlp_messages::json;
use crate::recorders::otlp_messages::text;
use crate::recorders::otlp_messages::text::Text;

/// A value of any type.
#[derive(Clone, Message, PartialEq, Serialize)]
pub(crate) struct AnyValue {
    #[prost(oneof = "Value", tags = "1, 2, 3, 4")]
    #[serde(flatten)]
    pub(crate) value: Option<Value>,
}

/// The types that a field can have.
#[derive(Clone, Oneof, PartialEq, Serialize)]
pub(crate) enum Value {
    #[prost(bool, tag = "2")]
    #[serde(rename = "boolValue")]
    Bool(bool),
    #[prost(double, tag = "4")]
    #[serde(rename = "doubleValue", serialize_with = "json::double")]
    Double(f64),
    #[prost(int64, tag = "3")]
    #[serde(rename = "intValue", serialize_with = "json::number")]
    Int(i64),
    #[prost(bytes = "bytes", tag = "1")]
    #[serde(rename = "stringValue", serialize_with = "json::text")]
    Text(Text),
}

/// One attribute.
#[derive(Clone, Message, PartialEq, Serialize)]
pub(crate) struct KeyValue {
    #[prost(bytes = "bytes", tag = "1")]
    #[serde(serialize_with = "json::text")]
    pub(crate) key: Text,
    #[prost(message, optional, tag = "2")]
    pub(crate) value: Option<AnyValue>,
}

/// Where signals come from.
#[derive(Clone, Message, PartialEq, Serialize)]
pub(crate) struct Resource {
    #[prost(message, repeated, tag = "1")]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) attributes: Vec<KeyValue>,
}

/// Which part of the program they come from.
#[derive(Clone, Message, PartialEq, Serialize)]
pub(crate) struct Scope {
    #[prost(string, tag = "1")]
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) name: String,
    #[prost(string, tag = "2")]
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) version: String,
}

impl Scope {
    /// A module of the program.
    pub(crate) fn module(name: &str) -> Self {
        if name.is_empty() { Self::own() } else { Self { name: name.to_owned(), version: String::new() } }
    }

    /// This library: of what comes from no place in the program.
    pub(crate) fn own() -> Self {
        Self { name: "monitor-core".to_owned(), version: env!("CARGO_PKG_VERSION").to_owned() }
    }
}

impl From<&crate::model::Resource> for Resource {
    fn from(resource: &crate::model::Resource) -> Self {
        let mut attributes = Attributes::default();
        // Every resource has a name, if only one that says that it is unknown.
        attributes.add(text::fixed("service.name"), FieldValue::Text(resource.service_name().into()));
        resource.attributes().for_each(|(name, value)| attributes.add(text::copied(name), value));
        Self { attributes: attributes.list }
    }
}

impl From<FieldValue<'_>> for AnyValue {
    fn from(value: FieldValue<'_>) -> Self {
        let value = match value {
            FieldValue::Bool(value) => Value::Bool(value),
            FieldValue::Float(value) => Value::Double(value),
            FieldValue::Signed(value) => Value::Int(value),
            FieldValue::Text(value) => Value::Text(text::of(value)),
            // What has no place in 64 bits with a sign is told in digits: OpenTelemetry, "Mapping arbitrary data".
            FieldValue::Unsigned(value) => match i64::try_from(value) {
                Ok(value) => Value::Int(value),
                Err(_) => Value::Text(Text::from(value.to_string())),
            },
        };
        Self { value: Some(value) }
    }
}

impl From<Text> for AnyValue {
    fn from(text: Text) -> Self {
        Self { value: Some(Value::Text(text)) }
    }
}

/// Attributes that are being gathered: no name is empty, and none is there twice.
#[derive(Default)]
pub(crate) struct Attributes {
    pub(crate) list: Vec<KeyValue>,
}

impl Attributes {
    /// One more, or another value for one that is there.
    pub(crate) fn add(&mut self, name: Text, value: impl Into<AnyValue>) {
        if name.is_empty() {
            return;
        }
        let value = Some(value.into());
        match self.list.iter_mut().find(|known| known.key == name) {
            Some(known) => known.value = value,
            None => self.list.push(KeyValue { key: name, value }),
        }
    }

    /// One more of a name that is known, unless there is one of this name.
    pub(crate) fn add_missing(&mut self, name: &'static str, value: impl Into<AnyValue>) {
        if self.list.iter().all(|known| known.key != name) {
            self.list.push(KeyValue { key: text::fixed(name), value: Some(value.into()) });
        }
    }
}

/// Nanoseconds since 1970; the nearest moment that has a number for one that has none.
pub(crate) fn nanoseconds(time: SystemTime) -> u64 {
    u64::try_from(since_1970(time).as_nanos()).unwrap_or(u64::MAX)
}
