//! Label values that have a series of their own, however many others there are.

use crate::model::LabelRef;

/// Label values that have a series of their own, however many others there are: by the name of the label.
#[derive(Clone, Debug, Default)]
pub(crate) struct Reserved(Vec<(String, Vec<String>)>);

impl Reserved {
    /// Reserves values of a label, beside those that are reserved already.
    pub(crate) fn add(&mut self, label: String, values: impl IntoIterator<Item = String>) {
        self.0.push((label, values.into_iter().collect()));
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether these labels have a series of their own: each value is reserved, or its type knows all values anyway.
    pub(crate) fn has(&self, names: &[&'static str], values: &[LabelRef<'_>]) -> bool {
        names.len() == values.len()
            && names.iter().zip(values).all(|(name, value)| match value {
                LabelRef::Known { .. } => true,
                LabelRef::Integer(_) | LabelRef::Text(_) => self.lists(name, &value.to_text()),
            })
    }

    fn lists(&self, name: &str, value: &str) -> bool {
        let mut of_label = self.0.iter().filter(|(label, _)| label == name);
        of_label.any(|(_, values)| values.iter().any(|reserved| reserved == value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reserved() -> Reserved {
        let mut reserved = Reserved::default();
        reserved.add("tenant".to_owned(), ["acme".to_owned()]);
        reserved.add("tenant".to_owned(), ["7".to_owned()]);
        reserved
    }

    #[test]
    fn each_value_is_reserved_or_of_a_known_type() {
        let known = LabelRef::Known { index: 0, count: 2, value: |_| "read" };
        let has = |names: &[&'static str], values: &[LabelRef<'_>]| reserved().has(names, values);
        assert!(has(&["tenant"], &[LabelRef::Text("acme")]));
        assert!(has(&["tenant"], &[LabelRef::Integer(7)]));
        assert!(has(&["operation", "tenant"], &[known, LabelRef::Text("acme")]));
        assert!(!has(&["tenant"], &[LabelRef::Text("other")]));
        assert!(!has(&["shard", "tenant"], &[LabelRef::Text("acme"), LabelRef::Text("acme")]));
    }
}
