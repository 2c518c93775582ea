//! What Sentry counts apart from each other.

/// What Sentry counts, limits and bills apart from each other.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) enum Category {
    Error,
    Monitor,
    Span,
    Transaction,
}

impl Category {
    /// The name in `X-Sentry-Rate-Limits` and in reports of losses.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Category::Error => "error",
            Category::Monitor => "monitor",
            Category::Span => "span",
            Category::Transaction => "transaction",
        }
    }
}
