//! Dotted names, for systems whose metrics have a path and nothing else.

use crate::model::Resource;
use crate::recorder::FromSetting;

/// The longest part of a name, in bytes: Graphite makes a directory of each, Datadog cuts labels here.
const PART: usize = 200;

/// One part of a name, which nothing can take for more than that: ASCII letters, digits, `-` and `_`, and `_` for all
/// else; never empty.
pub(crate) fn part(text: &str) -> String {
    let kept = |letter: char| letter.is_ascii_alphanumeric() || letter == '-' || letter == '_';
    let part: String =
        text.chars().take(PART).map(|letter| if kept(letter) { letter } else { '_' }).collect();
    if part.is_empty() { "_".to_owned() } else { part }
}

/// A name of several parts, each as [`part`] has it.
pub(crate) fn name(text: &str) -> String {
    let parts: Vec<_> = text.split('.').map(part).collect();
    parts.join(".")
}

/// What all names begin with: parts joined by dots, with places for attributes of the resource, as in
/// `shop.{host.name}`.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) struct Prefix(Vec<Piece>);

#[derive(Clone, Debug, Eq, PartialEq)]
enum Piece {
    Attribute(String),
    Text(String),
}

impl Prefix {
    /// Reads a prefix. A brace without its partner is text like any other.
    pub(crate) fn new(text: &str) -> Self {
        let mut pieces = Vec::new();
        let mut rest = text.trim_matches('.');
        while let Some((before, (inside, after))) =
            rest.split_once('{').and_then(|(before, after)| Some((before, after.split_once('}')?)))
        {
            pieces.push(Piece::Text(before.to_owned()));
            pieces.push(Piece::Attribute(inside.to_owned()));
            rest = after;
        }
        pieces.push(Piece::Text(rest.to_owned()));
        pieces.retain(|piece| *piece != Piece::Text(String::new()));
        Self(pieces)
    }

    /// The prefix for what comes from `resource`, with the dot behind it; empty where there is none. An attribute that
    /// the resource does not have is `unknown`, a service without a name `unknown_service`.
    pub(crate) fn of(&self, resource: &Resource) -> String {
        let mut prefix = String::new();
        for piece in &self.0 {
            match piece {
                Piece::Text(text) => prefix.push_str(text),
                Piece::Attribute(name) if name == "service.name" => {
                    prefix.push_str(&part(resource.service_name()));
                }
                Piece::Attribute(name) => {
                    let value = resource.get(name).map(|value| part(&value.to_string()));
                    prefix.push_str(value.as_deref().unwrap_or("unknown"));
                }
            }
        }
        if prefix.is_empty() { prefix } else { name(&prefix) + "." }
    }
}

impl FromSetting for Prefix {
    const EXPECTED: &'static str = "a prefix such as `shop.{service.name}`, with each `{` closed";

    fn from_setting(text: &str) -> Option<Self> {
        let mut open = false;
        for letter in text.chars().filter(|letter| matches!(letter, '{' | '}')) {
            if open != (letter == '}') {
                return None;
            }
            open = !open;
        }
        (!open).then(|| Self::new(text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(prefix: &str, expected: &str) {
        let resource = Resource::default().with("service.name", "my shop").with("host.name", "db-1.x");
        assert_eq!(Prefix::new(prefix).of(&resource), expected);
    }

    #[test]
    fn a_prefix_has_places_for_what_is_known_of_the_process() {
        check("", "");
        check("shop", "shop.");
        check("stats.{service.name}.{host.name}.", "stats.my_shop.db-1_x.");
        check("{host.name}", "db-1_x.");
        check("a{cloud.region}b", "aunknownb.");
        check("a b|c:{", "a_b_c__.");
        check("{a{service.name}", "unknown.");
    }

    #[test]
    fn a_prefix_that_is_not_closed_is_no_setting() {
        assert!(Prefix::from_setting("a.{b}.{c}").is_some());
        for wrong in ["{", "}", "{a", "a}", "{a{b}}"] {
            assert_eq!(Prefix::from_setting(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn f65_a_part_is_never_more_than_a_part() {
        assert_eq!(part("db-1.x y;z=/ü"), "db-1_x_y_z___");
        assert_eq!((part("").as_str(), part(&"x".repeat(1_000)).len()), ("_", PART));
        assert_eq!(name("a..b\n.c"), "a._.b_.c");
    }
}
