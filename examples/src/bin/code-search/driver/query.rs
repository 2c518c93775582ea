//! What can be asked.

use std::sync::Arc;

/// One question; cheap to clone, and the key of the cache.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub(crate) enum Query {
    /// Where these words stand side by side.
    Phrase(Arc<str>),
    /// Where a word starts like this.
    Prefix(Arc<str>),
    /// Where this name is defined.
    Symbol(Arc<str>),
    /// Which files use this word most.
    TopFiles(Arc<str>),
    /// An FTS5 expression as a person typed it, and so perhaps a wrong one.
    Typed(Arc<str>),
}

impl Query {
    /// One of five words: fit to be a label.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Phrase(_) => "phrase",
            Self::Prefix(_) => "prefix",
            Self::Symbol(_) => "symbol",
            Self::TopFiles(_) => "top-files",
            Self::Typed(_) => "typed",
        }
    }

    /// What is looked for: free text, fit to be a field and never a label.
    pub(crate) fn text(&self) -> &str {
        match self {
            Self::Phrase(text)
            | Self::Prefix(text)
            | Self::Symbol(text)
            | Self::TopFiles(text)
            | Self::Typed(text) => text,
        }
    }
}
