//! Samples of one quantity, gathered over rounds and processes.

use std::collections::HashMap;

/// The samples of each key, where a key is what a row or cell is called.
#[derive(Debug, Default)]
pub(crate) struct Samples(HashMap<String, Vec<f64>>);

impl Samples {
    /// Adds one.
    pub(crate) fn push(&mut self, key: &[&str], sample: f64) {
        self.0.entry(key.join("\t")).or_default().push(sample);
    }

    /// Takes in the lines of a child: the key's cells, then the sample.
    pub(crate) fn extend(&mut self, lines: &[Vec<String>]) {
        for line in lines {
            if let Some((sample, key)) = line.split_last()
                && let Ok(sample) = sample.parse()
            {
                self.0.entry(key.join("\t")).or_default().push(sample);
            }
        }
    }

    /// The middle one.
    pub(crate) fn median(&self, key: &[&str]) -> Option<f64> {
        let mut samples = self.0.get(&key.join("\t"))?.clone();
        samples.sort_by(f64::total_cmp);
        samples.get(samples.len() / 2).copied()
    }

    /// The least one.
    pub(crate) fn minimum(&self, key: &[&str]) -> Option<f64> {
        self.0.get(&key.join("\t"))?.iter().copied().min_by(f64::total_cmp)
    }

    /// `median (minimum)`, or a dash.
    pub(crate) fn told(&self, key: &[&str]) -> String {
        match (self.median(key), self.minimum(key)) {
            (Some(median), Some(minimum)) => format!("{median:.1} ({minimum:.1})"),
            _ => "-".to_owned(),
        }
    }
}
