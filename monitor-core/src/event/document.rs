//! What was said between driver and server, as text.

use std::fmt;

use crate::event::Text;
use crate::model::FieldValue;
use crate::model::Value;

/// A command, a reply or a failure as the driver rendered it: JSON, SQL or whatever its server speaks.
///
/// It is text already when it comes here, cut and redacted by whoever rendered it, and cheap to clone.
///
/// ```
/// use monitor_core::event::Document;
///
/// let reply = Document::from(r#"{"ok": 1}"#);
/// assert_eq!(reply.as_str(), r#"{"ok": 1}"#);
/// assert_eq!(Document::redacted().as_str(), "{}");
/// ```
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct Document {
    text: Text,
    visible: Visible,
}

#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
enum Visible {
    No,
    Yes,
}

impl Document {
    /// A document that nobody may see: `{}`.
    #[must_use]
    pub const fn redacted() -> Self {
        Self { text: Text::literal("{}"), visible: Visible::No }
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether it was left out because nobody may see it.
    #[must_use]
    pub fn is_redacted(&self) -> bool {
        self.visible == Visible::No
    }
}

impl<T: Into<Text>> From<T> for Document {
    fn from(text: T) -> Self {
        Self { text: text.into(), visible: Visible::Yes }
    }
}

impl fmt::Display for Document {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl Value for Document {
    fn field(&self) -> Option<FieldValue<'_>> {
        self.text.field()
    }
}
