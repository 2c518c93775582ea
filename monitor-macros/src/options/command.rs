//! `command(system = "postgresql", text = sql)`: what a driver says of a command.

use proc_macro2::Ident;
use quote::ToTokens as _;
use syn::Expr;
use syn::Token;
use syn::ext::IdentExt as _;

use crate::diag::Errors;
use crate::diag::suggestion;
use crate::options::Expression;
use crate::options::given::Given;
use crate::options::given::Value;
use crate::options::given::each;

/// What one key is evaluated from, and how it is handed over.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum From {
    /// The arguments, by reference.
    Before,
    /// The arguments, and only if somebody wants it.
    Perhaps,
    /// The result.
    Result,
    /// The arguments, as it is.
    Value,
}

/// The keys, in the order in which they are handed over.
#[rustfmt::skip]
pub(crate) const KEYS: &[(&str, From)] = &[
    ("system", From::Before),
    ("name", From::Before),
    ("database", From::Before),
    ("collection", From::Before),
    ("target", From::Before),
    ("summary", From::Before),
    ("server", From::Before),
    ("request_id", From::Before),
    ("operation_id", From::Before),
    ("connection_id", From::Before),
    ("server_connection_id", From::Before),
    ("service_id", From::Before),
    ("batch", From::Before),
    ("text", From::Before),
    ("raw_text", From::Before),
    ("sensitive", From::Value),
    // Whether it is wanted depends on those before.
    ("document", From::Perhaps),
    ("reply", From::Result),
    ("rows", From::Result),
    ("status", From::Result),
    ("failure", From::Result),
];

/// What a driver says of a command, in the order of the keys.
#[derive(Clone)]
pub(crate) struct Command {
    pub(crate) system: Expression,
    pub(crate) parts: Vec<(&'static str, From, Expression)>,
}

impl Command {
    /// Those parts that look at the result.
    pub(crate) fn of_result(&self) -> impl Iterator<Item = (&'static str, &Expression)> {
        self.parts.iter().filter(|(_, from, _)| *from == From::Result).map(|(key, _, value)| (*key, value))
    }

    /// Those parts that are known before the call.
    pub(crate) fn of_arguments(&self) -> impl Iterator<Item = (&'static str, From, &Expression)> {
        self.parts
            .iter()
            .filter(|(_, from, _)| *from != From::Result)
            .map(|(key, from, value)| (*key, *from, value))
    }
}

/// `command(system = "postgresql", text = sql)`
pub(crate) fn command(slot: &mut Option<Command>, given: Given, errors: &mut Errors) {
    let Value::List(list, span) = given.value else { return given.misused(errors) };
    let mut system = None;
    let mut parts: Vec<(&'static str, From, Expression)> = Vec::new();
    each(list, errors, |input, _| {
        let key = input.call(Ident::parse_any)?;
        let word = key.to_string();
        let Some(place) = KEYS.iter().position(|(known, _)| *known == word) else {
            let known: Vec<&str> = KEYS.iter().map(|(known, _)| *known).collect();
            let rest = suggestion(&word, &known, "those of a command are");
            return Err(syn::Error::new(key.span(), format!("unknown option `{word}` of `command`{rest}")));
        };
        if !input.peek(Token![=]) {
            return Err(syn::Error::new(key.span(), format!("`{word}` needs a value: `{word} = ..`")));
        }
        let equals = input.parse::<Token![=]>()?;
        if input.is_empty() || input.peek(Token![,]) {
            return Err(syn::Error::new_spanned(equals, format!("`{word}` needs a value: `{word} = ..`")));
        }
        let value: Expr = input.parse()?;
        let (name, from) = KEYS[place];
        if parts.iter().any(|(known, ..)| *known == name) || (name == "system" && system.is_some()) {
            return Err(syn::Error::new(key.span(), format!("`{word}` is given twice")));
        }
        let other = match name {
            "text" => Some("raw_text"),
            "raw_text" => Some("text"),
            _ => None,
        };
        if parts.iter().any(|(known, ..)| Some(*known) == other) {
            let message =
                "`text` becomes free of values, `raw_text` is free of them already: give one of them";
            return Err(syn::Error::new(key.span(), message));
        }
        let value = Expression { key: key.span(), tokens: value.into_token_stream() };
        match name {
            "system" => system = Some(value),
            name => parts.push((name, from, value)),
        }
        Ok(())
    });
    parts.sort_by_key(|(key, ..)| KEYS.iter().position(|(known, _)| known == key));
    match system {
        Some(system) => *slot = Some(Command { system, parts }),
        None if errors.is_empty() => {
            errors.at_span(span, "`command` needs a system: `system = \"postgresql\"`")
        }
        None => {}
    }
}
