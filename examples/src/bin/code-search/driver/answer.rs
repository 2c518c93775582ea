//! What a query finds.

use std::sync::Arc;

/// The best hits of one query; cheap to clone, so that a cache can keep it.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) struct Answer {
    /// Best first.
    pub(crate) hits: Arc<[Hit]>,
}

/// One place in the source tree.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Hit {
    /// Relative to the tree that was indexed.
    pub(crate) path: String,
    /// Counted from 1.
    pub(crate) line: u32,
    /// The words found, with a little around them.
    pub(crate) text: String,
}
