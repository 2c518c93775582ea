//! One thing that a file of configuration says.

/// One thing that a file of configuration says: a value, or only that there is a table.
#[derive(Clone, Debug)]
pub(crate) struct Statement {
    /// The keys from the outermost table on.
    pub(crate) path: Vec<String>,
    /// None for a table.
    pub(crate) value: Option<String>,
    /// The file and the line.
    pub(crate) origin: String,
}

impl Statement {
    /// The last key.
    pub(crate) fn key(&self) -> &str {
        self.path.last().map(String::as_str).unwrap_or_default()
    }
}
