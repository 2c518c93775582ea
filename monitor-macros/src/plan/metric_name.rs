//! The name of a metric, with or without places for labels.

use proc_macro2::Span;

use crate::diag::Errors;

/// The longest name, as OpenTelemetry has it.
const LONGEST: usize = 255;

/// The name of a metric.
pub(crate) struct Name {
    pub(crate) literal: Span,
    /// Without the places for labels.
    pub(crate) text: String,
    /// As it was written, where it has such places; else empty.
    pub(crate) template: String,
    /// The labels in the places, in their order.
    pub(crate) labels: Vec<String>,
}

impl Name {
    /// Reads a name, and says what is wrong with it.
    pub(crate) fn read(written: &str, literal: Span, errors: &mut Errors) -> Name {
        let mut name = Name { literal, text: String::new(), template: String::new(), labels: Vec::new() };
        if let Err(why) = name.fill(written) {
            errors.at_span(literal, why);
        }
        name
    }

    fn fill(&mut self, value: &str) -> Result<(), String> {
        if value.trim().is_empty() {
            return Err("a name cannot be empty".to_owned());
        }
        let mut kept = Vec::new();
        for part in value.split('.') {
            if part.is_empty() {
                return Err(format!(
                    "`{value}` has an empty part; write parts with one dot between them: `pool.size`"
                ));
            }
            if !part.contains(['{', '}']) {
                kept.push(part);
                continue;
            }
            let label = part.strip_prefix('{').and_then(|part| part.strip_suffix('}'));
            match label.filter(|label| syn::parse_str::<proc_macro2::Ident>(label).is_ok()) {
                Some(label) => self.labels.push(label.to_owned()),
                None => {
                    return Err(format!(
                        "a label in a name is a part of its own, the label's name in braces: `unhealthy.count.{{host}}`, not `{part}`"
                    ));
                }
            }
        }
        self.text = kept.join(".");
        if !self.labels.is_empty() {
            value.clone_into(&mut self.template);
        }
        if kept.is_empty() {
            return Err("a name needs a part besides its labels: `unhealthy.count.{host}`".to_owned());
        }
        let letters = |letter: char| letter.is_ascii_alphanumeric() || "_-/.".contains(letter);
        if !self.text.starts_with(|first: char| first.is_ascii_alphabetic())
            || !self.text.chars().all(letters)
        {
            return Err(format!(
                "`{}` cannot name a metric: a name begins with a letter, and has letters, digits, `_`, `-`, `/` and dots",
                self.text.escape_debug()
            ));
        }
        if self.text.len() > LONGEST {
            return Err(format!("a name has at most {LONGEST} letters, and this one {}", self.text.len()));
        }
        Ok(())
    }
}
