//! Options with one value.

use proc_macro2::Span;
use proc_macro2::TokenStream;
use quote::ToTokens as _;
use syn::Expr;
use syn::Lit;

use crate::diag::Errors;
use crate::diag::suggestion;
use crate::options::Expression;
use crate::options::given::Given;
use crate::options::given::Value;

/// How a value is turned into text.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Show {
    Debug,
    Display,
}

const KINDS: [(&str, &str); 5] = [
    ("client", "Client"),
    ("consumer", "Consumer"),
    ("internal", "Internal"),
    ("producer", "Producer"),
    ("server", "Server"),
];

/// That of no span comes last.
const LEVELS: [(&str, &str); 4] = [
    ("force_top_level", "ForceTopLevel"),
    ("nested", "Nested"),
    ("top_level", "TopLevel"),
    ("no_trace", "NoTrace"),
];

/// `key`
pub(crate) fn flag(slot: &mut Option<Span>, given: Given, errors: &mut Errors) {
    match given.value {
        Value::Bare => *slot = Some(given.key.span()),
        _ => given.misused(errors),
    }
}

/// `key = expression`
pub(crate) fn expression(slot: &mut Option<Expression>, given: Given, errors: &mut Errors) {
    match given.value {
        Value::Assigned(value) => {
            *slot = Some(Expression { key: given.key.span(), tokens: value.into_token_stream() });
        }
        _ => given.misused(errors),
    }
}

/// `key = some::path`
pub(crate) fn path(slot: &mut Option<TokenStream>, given: Given, errors: &mut Errors) {
    match given.value {
        Value::Assigned(Expr::Path(path)) => *slot = Some(path.into_token_stream()),
        _ => given.misused(errors),
    }
}

/// `key`, `key = debug` or `key = display`
pub(crate) fn show(slot: &mut Option<(Span, Show)>, default: Show, given: Given, errors: &mut Errors) {
    let show = match &given.value {
        Value::Bare => default,
        Value::Assigned(value) => match word(value).as_deref() {
            Some("debug") => Show::Debug,
            Some("display") => Show::Display,
            _ => {
                let key = &given.key;
                return errors.at(value, format!("`{key}` is shown by `{key} = debug` or `{key} = display`"));
            }
        },
        Value::List(..) => return given.misused(errors),
    };
    *slot = Some((given.key.span(), show));
}

/// `name = "text"`
pub(crate) fn name(slot: &mut Option<String>, given: Given, errors: &mut Errors) {
    let Some(text) = text(&given) else { return given.misused(errors) };
    let value = text.value();
    match not_a_name(&value) {
        Some(why) => errors.at(text, why),
        None => *slot = Some(value),
    }
}

/// `kind = client`
pub(crate) fn kind(slot: &mut Option<&'static str>, given: Given, errors: &mut Errors) {
    *slot = one_of(&KINDS, "kind", &given, errors);
}

/// `level = force_top_level`
pub(crate) fn level(slot: &mut Option<&'static str>, given: Given, errors: &mut Errors) {
    *slot = one_of(&LEVELS, "level", &given, errors);
}

/// `copy = force_top_level`
pub(crate) fn copy(slot: &mut Option<(Span, &'static str)>, given: Given, errors: &mut Errors) {
    // A copy that is no span is none.
    let levels = &LEVELS[..LEVELS.len() - 1];
    *slot = one_of(levels, "level", &given, errors).map(|level| (given.key.span(), level));
}

/// The variant of one of these words.
fn one_of(
    known: &[(&str, &'static str)],
    what: &str,
    given: &Given,
    errors: &mut Errors,
) -> Option<&'static str> {
    let word_of = |value| word(value).map(|written| (value, written));
    let written = match &given.value {
        Value::Assigned(value) => word_of(value),
        _ => None,
    };
    let Some((value, written)) = written else {
        given.misused(errors);
        return None;
    };
    let found = known.iter().find(|(known, _)| written.eq_ignore_ascii_case(known));
    if found.is_none() {
        let known: Vec<&str> = known.iter().map(|(known, _)| *known).collect();
        let rest = suggestion(&written, &known, &format!("the {what}s are"));
        errors.at(value, format!("unknown {what} `{written}`{rest}"));
    }
    found.map(|(_, variant)| *variant)
}

/// `slow = "100ms"`
pub(crate) fn slow(slot: &mut Option<u64>, given: Given, errors: &mut Errors) {
    let Some(text) = text(&given) else { return given.misused(errors) };
    match nanoseconds(&text.value()) {
        Some(nanoseconds) => *slot = Some(nanoseconds),
        None => errors.at(
            text,
            format!(
                "`{}` is no duration above zero; write a number and a unit, as in `100ms`, `1.5s`, `250us`",
                text.value()
            ),
        ),
    }
}

/// Why a text cannot name a span, a field or a label.
pub(crate) fn not_a_name(text: &str) -> Option<&'static str> {
    if text.trim().is_empty() {
        return Some("a name cannot be empty");
    }
    text.chars().any(char::is_control).then_some("a name cannot contain control characters")
}

pub(crate) fn text(given: &Given) -> Option<&syn::LitStr> {
    match &given.value {
        Value::Assigned(Expr::Lit(literal)) => match &literal.lit {
            Lit::Str(text) => Some(text),
            _ => None,
        },
        _ => None,
    }
}

/// A word, bare or in quotes.
pub(crate) fn word(value: &Expr) -> Option<String> {
    match value {
        Expr::Lit(literal) => match &literal.lit {
            Lit::Str(text) => Some(text.value()),
            _ => None,
        },
        Expr::Path(path) => path.path.get_ident().map(ToString::to_string),
        _ => None,
    }
}

fn nanoseconds(text: &str) -> Option<u64> {
    let unit_at = text.find(|letter: char| !letter.is_ascii_digit() && letter != '.')?;
    let (number, unit) = text.split_at(unit_at);
    let scale = match unit.trim() {
        "ns" => 1.0,
        "us" | "µs" => 1e3,
        "ms" => 1e6,
        "s" => 1e9,
        "m" | "min" => 60e9,
        "h" => 3600e9,
        _ => return None,
    };
    let total = number.parse::<f64>().ok()? * scale;
    // The cast cannot lose anything that matters: the range is checked, and a duration is not exact to the bit.
    (1.0..1e19).contains(&total).then_some(total as u64)
}
