//! A file of configuration, in TOML.

use std::fs;
use std::path::Path;

use toml::Spanned;
use toml::de::DeTable;
use toml::de::DeValue;

use crate::config::ConfigError;
use crate::config::statement::Statement;

/// What a file says, in its order.
///
/// # Errors
///
/// It cannot be read, is no TOML, or has a value of a kind that no setting has.
pub(crate) fn read(path: &Path) -> Result<Vec<Statement>, ConfigError> {
    let name = path.display().to_string();
    let text = fs::read_to_string(path).map_err(|error| {
        ConfigError::invalid(&name, format!("{error}; `MONITOR_CONFIG` must name a file that can be read"))
    })?;
    parse(&name, &text)
}

fn parse(name: &str, text: &str) -> Result<Vec<Statement>, ConfigError> {
    let document = Document { name, text };
    let table = DeTable::parse(text).map_err(|error| {
        let origin = error.span().map_or_else(|| name.to_owned(), |span| document.origin(span.start));
        ConfigError::invalid(origin, error.message())
    })?;
    let mut statements = Vec::new();
    document.table(&[], table.get_ref(), &mut statements)?;
    Ok(statements)
}

struct Document<'a> {
    name: &'a str,
    text: &'a str,
}

impl Document<'_> {
    fn table(
        &self,
        path: &[String],
        table: &DeTable<'_>,
        statements: &mut Vec<Statement>,
    ) -> Result<(), ConfigError> {
        let mut entries: Vec<_> = table.iter().collect();
        // In the order in which a reader sees them.
        entries.sort_by_key(|(key, _)| key.span().start);
        for (key, value) in entries {
            let path = [path, &[key.get_ref().to_string()]].concat();
            let origin = self.origin(key.span().start);
            match value.get_ref() {
                DeValue::Table(table) => {
                    statements.push(Statement { path: path.clone(), value: None, origin });
                    self.table(&path, table, statements)?;
                }
                _ => {
                    let value = Some(self.text_of(&path, value)?);
                    statements.push(Statement { path, value, origin });
                }
            }
        }
        Ok(())
    }

    /// A value as the text that a variable of the environment would have: lists are joined by commas.
    fn text_of(&self, path: &[String], value: &Spanned<DeValue<'_>>) -> Result<String, ConfigError> {
        Ok(match value.get_ref() {
            DeValue::Array(values) => {
                let parts = values.iter().map(|value| self.text_of(path, value));
                parts.collect::<Result<Vec<_>, _>>()?.join(",")
            }
            DeValue::Boolean(value) => value.to_string(),
            DeValue::Float(value) => value.as_str().to_owned(),
            DeValue::Integer(value) if value.radix() == 10 => value.as_str().to_owned(),
            DeValue::String(value) => value.to_string(),
            other => {
                let problem = format!(
                    "`{}` is {}; write text, a number, `true`, `false`, or a list of them",
                    path.join("."),
                    other.type_str()
                );
                return Err(ConfigError::invalid(self.origin(value.span().start), problem));
            }
        })
    }

    /// The file and the line of this place in the text.
    fn origin(&self, place: usize) -> String {
        let before = self.text.as_bytes().iter().take(place);
        format!("{}:{}", self.name, 1 + before.filter(|byte| **byte == b'\n').count())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_is_told_with_its_path_and_line() {
        let text =
            "filter = 'all'\n\n[recorders.statsd]\nport = 8_125\nlabels = ['a=1', 'b=2']\nfast = true\n";
        let said = parse("m.toml", text).unwrap();
        let said: Vec<_> = said
            .iter()
            .map(|it| (it.path.join("."), it.value.clone().unwrap_or_default(), it.origin.clone()))
            .collect();
        let expected = [
            ("filter", "all", "m.toml:1"),
            ("recorders", "", "m.toml:3"),
            ("recorders.statsd", "", "m.toml:3"),
            ("recorders.statsd.port", "8125", "m.toml:4"),
            ("recorders.statsd.labels", "a=1,b=2", "m.toml:5"),
            ("recorders.statsd.fast", "true", "m.toml:6"),
        ];
        let expected = expected.map(|(path, value, origin)| (path.into(), value.into(), origin.into()));
        assert_eq!(said, expected);
    }

    #[test]
    fn what_is_no_toml_is_told_with_its_line() {
        let error = parse("m.toml", "filter = 'all'\nx = = 1\n").unwrap_err().to_string();
        assert!(error.starts_with("m.toml:2: "), "{error}");
        let error = parse("m.toml", "when = 2026-11-21\n").unwrap_err().to_string();
        let expected =
            "m.toml:1: `when` is datetime; write text, a number, `true`, `false`, or a list of them";
        assert_eq!(error, expected);
    }
}
