//! What went wrong with a command, and what of it may be told.

use std::fmt::Write as _;

use crate::redaction::Redaction;

/// What went wrong with a command: what a server answered, or what the way there did.
///
/// Of a sensitive command, a server's answer keeps its code, the code's name and the labels; what else is in it may
/// repeat what was sent. What the network did is told in full.
///
/// ```
/// use monitor_core::redaction::{Failure, Redaction};
///
/// let failure = Failure::server("password of ada is wrong").code(18).code_name("AuthenticationFailed");
/// assert_eq!(failure.text(Redaction::Redacted), r#"{"code": 18, "codeName": "AuthenticationFailed"}"#);
/// assert_eq!(Failure::network("connection reset").text(Redaction::Redacted), "connection reset");
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Failure {
    origin: Origin,
    message: String,
    code: Option<i64>,
    code_name: Option<String>,
    labels: Vec<String>,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Origin {
    Network,
    Server,
}

impl Failure {
    /// The server said so.
    #[must_use]
    pub fn server(message: impl Into<String>) -> Self {
        Self {
            origin: Origin::Server,
            message: message.into(),
            code: None,
            code_name: None,
            labels: Vec::new(),
        }
    }

    /// The command or its answer got lost.
    #[must_use]
    pub fn network(message: impl Into<String>) -> Self {
        Self { origin: Origin::Network, ..Self::server(message) }
    }

    /// The server's number for it.
    #[must_use]
    pub fn code(mut self, code: i64) -> Self {
        self.code = Some(code);
        self
    }

    /// The server's name for it: a word from a fixed list.
    #[must_use]
    pub fn code_name(mut self, name: impl Into<String>) -> Self {
        self.code_name = Some(name.into());
        self
    }

    /// A word from a fixed list that says what may be done about it.
    #[must_use]
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.labels.push(label.into());
        self
    }

    /// What may be told: the message alone, or a JSON object where there is more than a message.
    #[must_use]
    pub fn text(&self, redaction: Redaction) -> String {
        let told = self.origin == Origin::Network || !redaction.is_redacted();
        let bare = self.code.is_none() && self.code_name.is_none() && self.labels.is_empty();
        if told && bare {
            return self.message.clone();
        }
        let mut parts = Vec::new();
        parts.extend(self.code.map(|code| format!("\"code\": {code}")));
        parts.extend(self.code_name.as_ref().map(|name| format!("\"codeName\": {}", quoted(name))));
        if !self.labels.is_empty() {
            let labels: Vec<String> = self.labels.iter().map(|label| quoted(label)).collect();
            parts.push(format!("\"errorLabels\": [{}]", labels.join(", ")));
        }
        if told {
            parts.push(format!("\"errmsg\": {}", quoted(&self.message)));
        }
        format!("{{{}}}", parts.join(", "))
    }
}

/// A string as JSON has it.
fn quoted(text: &str) -> String {
    let mut json = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' | '\\' => json.extend(['\\', letter]),
            letter if letter.is_control() => {
                // Writing to a string cannot fail. Every control character is in the first plane.
                let _ = write!(json, "\\u{:04x}", u32::from(letter));
            }
            letter => json.push(letter),
        }
    }
    json.push('"');
    json
}

/// What the server said.
impl From<String> for Failure {
    fn from(message: String) -> Self {
        Self::server(message)
    }
}

/// What the server said.
impl From<&str> for Failure {
    fn from(message: &str) -> Self {
        Self::server(message)
    }
}

#[cfg(test)]
mod tests {
    use super::Failure;
    use super::Redaction;

    #[test]
    fn f67_of_a_sensitive_command_a_server_error_keeps_code_name_and_labels() {
        let failure = Failure::server("for \"ada\"\n").code(8000).code_name("Auth").label("a").label("b");
        let kept = r#"{"code": 8000, "codeName": "Auth", "errorLabels": ["a", "b"]"#;
        assert_eq!(failure.text(Redaction::Redacted), format!("{kept}}}"));
        assert_eq!(failure.text(Redaction::Shown), format!(r#"{kept}, "errmsg": "for \"ada\"\u000a"}}"#));
        assert_eq!(Failure::server("secret").text(Redaction::Redacted), "{}");
    }

    #[test]
    fn a_network_error_is_told_in_full() {
        assert_eq!(Failure::network("reset by peer").text(Redaction::Redacted), "reset by peer");
    }
}
