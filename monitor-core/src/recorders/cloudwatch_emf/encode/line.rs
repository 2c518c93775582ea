//! One line: an object with metrics, and what they are told apart by.

use std::collections::HashSet;

use crate::export::json;
use crate::recorders::cloudwatch_emf::encode::series::Members;

/// Where CloudWatch looks for what is a metric.
pub(crate) const AWS: &str = "_aws";
/// The most metrics on a line.
const METRICS: usize = 100;
/// What stands between and behind: brackets and commas.
const REST: usize = 16;

/// One metric, as JSON.
pub(crate) struct Entry {
    pub(crate) name: String,
    pub(crate) definition: Vec<u8>,
    pub(crate) member: Vec<u8>,
}

/// One line that is being filled.
pub(crate) struct Line {
    names: HashSet<String>,
    definitions: Vec<u8>,
    members: Vec<u8>,
    dimensions: Vec<u8>,
}

impl Line {
    pub(crate) fn new(beginning: &[u8], members: &Members) -> Self {
        let mut dimensions = Vec::new();
        for (name, value) in members {
            dimensions.push(b',');
            json::write(&mut dimensions, name);
            dimensions.push(b':');
            json::write(&mut dimensions, value);
        }
        Self { names: HashSet::new(), definitions: beginning.to_vec(), members: Vec::new(), dimensions }
    }

    /// Adds a metric, if there is room for it; tells whether there was.
    pub(crate) fn take(&mut self, entry: &Entry, limit: usize) -> bool {
        let present = self.definitions.len() + self.members.len() + self.dimensions.len() + REST;
        let fits = present + entry.definition.len() + entry.member.len() + 2 <= limit;
        if !fits || self.names.len() >= METRICS || self.names.contains(&entry.name) {
            return false;
        }
        if !self.names.is_empty() {
            self.definitions.push(b',');
        }
        self.definitions.extend(&entry.definition);
        self.members.push(b',');
        self.members.extend(&entry.member);
        self.names.insert(entry.name.clone());
        true
    }

    /// The line, without its line feed.
    pub(crate) fn finish(self) -> Vec<u8> {
        [&self.definitions, &b"]}]}"[..], &self.dimensions, &self.members, b"}"].concat()
    }
}
