//! What is told of one combination of labels.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::Serialize;

use crate::export::json;
use crate::model::Resource;
use crate::recorders::cloudwatch_emf::dimensions::Choice;
use crate::recorders::cloudwatch_emf::dimensions::NAMES;
use crate::recorders::cloudwatch_emf::encode::Namespace;
use crate::recorders::cloudwatch_emf::encode::Wording;
use crate::recorders::cloudwatch_emf::encode::line::AWS;
use crate::recorders::cloudwatch_emf::encode::line::Entry;
use crate::recorders::cloudwatch_emf::encode::name;
use crate::recorders::cloudwatch_emf::encode::values::Part;

/// All metrics that have the same labels.
pub(crate) struct Series<'a> {
    labels: &'a [(&'static str, Cow<'static, str>)],
    told: Vec<(String, &'static str, Part)>,
    resolution: Option<u8>,
}

/// What is said of a metric.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Definition<'a> {
    name: &'a str,
    unit: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    storage_resolution: Option<u8>,
}

/// Names of dimensions with their values.
pub(crate) type Members = BTreeMap<String, String>;

impl<'a> Series<'a> {
    pub(crate) fn new(labels: &'a [(&'static str, Cow<'static, str>)], resolution: Option<u8>) -> Self {
        Self { labels, told: Vec::new(), resolution }
    }

    pub(crate) fn add(&mut self, metric: &str, unit: &'static str, parts: Vec<Part>) {
        let named = parts.into_iter().map(|part| {
            let unit = if part.counts { "Count" } else { unit };
            (name::metric(metric, part.suffix), unit, part)
        });
        self.told.extend(named);
    }

    /// The beginning of every line, up to where the metrics are, and the members that follow them.
    pub(crate) fn frame(
        &self,
        resource: &Resource,
        wording: &Wording,
        namespace: &Namespace,
        time: u64,
    ) -> (Vec<u8>, Members) {
        let mut members = Members::new();
        let mut sets: Vec<Vec<String>> = Vec::new();
        for dimensions in &wording.dimensions {
            let set = match &dimensions.0 {
                Choice::All => {
                    self.labels.iter().take(NAMES).map(|(name, value)| (*name, value.to_string())).collect()
                }
                Choice::Some(names) => {
                    names.iter().filter_map(|name| Some((&**name, self.value(name, resource)?))).collect()
                }
            };
            let set: Vec<(&str, String)> = set;
            let set = set.into_iter().map(|(name, value)| self.member(name, &value, &mut members)).collect();
            if !sets.contains(&set) {
                sets.push(set);
            }
        }
        // What nobody can be told apart by is there to be read.
        for (name, value) in self.labels.iter().take(NAMES) {
            self.member(name, value, &mut members);
        }
        let mut beginning =
            format!("{{\"{AWS}\":{{\"Timestamp\":{time},\"CloudWatchMetrics\":[{{\"Namespace\":")
                .into_bytes();
        json::write(&mut beginning, namespace.as_str());
        beginning.extend(b",\"Dimensions\":");
        json::write(&mut beginning, &sets);
        beginning.extend(b",\"Metrics\":[");
        (beginning, members)
    }

    /// The metrics, as JSON.
    pub(crate) fn entries(self) -> impl Iterator<Item = Entry> {
        let resolution = self.resolution;
        self.told.into_iter().map(move |(name, unit, part)| {
            let (mut definition, mut member) = (Vec::new(), Vec::new());
            json::write(&mut definition, Definition { name: &name, unit, storage_resolution: resolution });
            json::write(&mut member, &name);
            member.push(b':');
            json::write(&mut member, &part.value);
            Entry { name, definition, member }
        })
    }

    fn value(&self, name: &str, resource: &Resource) -> Option<String> {
        let label = self.labels.iter().find(|(label, _)| *label == name).map(|(_, value)| value.to_string());
        label.or_else(|| resource.get(name).map(|value| value.to_string()))
    }

    /// The name under which a value is a member: no metric, nor another value, is called so.
    fn member(&self, label: &str, value: &str, members: &mut Members) -> String {
        let (plain, value) = (name::dimension(label), name::value(value));
        let is_free = |name: &str| {
            let taken = name == AWS || self.told.iter().any(|(metric, ..)| metric == name);
            !taken && members.get(name).is_none_or(|present| *present == value)
        };
        let names = (2..).map(|number| name::numbered(&plain, number));
        let name =
            std::iter::once(plain.clone()).chain(names).find(|name| is_free(name)).unwrap_or(plain.clone());
        members.insert(name.clone(), value);
        name
    }
}
