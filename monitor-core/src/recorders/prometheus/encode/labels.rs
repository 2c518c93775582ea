//! The labels of a series: names that Prometheus knows, each once.

use std::collections::BTreeMap;

use crate::model::Escaped;
use crate::recorders::prometheus::encode::names;

/// Names and values in the order of the names, which is the same for every scrape and format.
pub(crate) type Labels = Vec<(String, String)>;

/// The labels of a series. Where two names become one, their values are joined by `;` in the order of the names as they
/// were. A label without a value is none.
pub(crate) fn labels<'l>(labels: impl Iterator<Item = (&'l str, String)>) -> Labels {
    let mut given: Vec<_> = labels.filter(|(_, value)| !value.is_empty()).collect();
    given.sort();
    let mut clean: BTreeMap<String, String> = BTreeMap::new();
    for (name, value) in given {
        let value = readable(&value);
        match clean.get_mut(&names::label(name)) {
            Some(known) => {
                known.push(';');
                known.push_str(&value);
            }
            None => {
                clean.insert(names::label(name), value);
            }
        }
    }
    clean.into_iter().collect()
}

/// Text that commands no terminal; its line feeds stay, since every format escapes them.
pub(crate) fn readable(text: &str) -> String {
    if text.bytes().all(|byte| (b' '..=b'~').contains(&byte)) {
        return text.to_owned();
    }
    let lines: Vec<_> = text.split('\n').map(|line| Escaped(line).to_string()).collect();
    lines.join("\n")
}
