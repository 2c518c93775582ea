//! Some names and not others.

use crate::recorder::layer::Pattern;

/// Some names and not others: all of them where none is asked for, without those that are ruled out.
#[derive(Clone, Debug, Default)]
pub(crate) struct Selection {
    pub(crate) only: Vec<Pattern>,
    pub(crate) without: Vec<Pattern>,
}

impl Selection {
    pub(crate) fn has(&self, name: &str) -> bool {
        (self.only.is_empty() || Pattern::any(&self.only, name)) && !Pattern::any(&self.without, name)
    }
}
