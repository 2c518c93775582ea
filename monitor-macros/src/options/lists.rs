//! Options with a list.

use proc_macro2::Ident;
use proc_macro2::Span;
use proc_macro2::TokenStream;
use quote::ToTokens as _;
use quote::quote;
use syn::Expr;
use syn::Lit;
use syn::Token;
use syn::ext::IdentExt as _;
use syn::parse::ParseStream;

use crate::diag::Errors;
use crate::diag::suggestion;
use crate::options::given::Given;
use crate::options::given::Value;
use crate::options::given::each;
use crate::options::scalars::Show;
use crate::options::scalars::not_a_name;

/// How a value becomes a field: as what it is, or as text.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Capture {
    Text(Show),
    Value,
}

/// One argument that is recorded.
#[derive(Clone)]
pub(crate) struct Argument {
    pub(crate) name: Ident,
    pub(crate) capture: Capture,
}

/// A field's name.
#[derive(Clone)]
pub(crate) enum FieldName {
    Dotted(Vec<Ident>),
    Quoted(String, Span),
}

/// One field: with a value, or late.
#[derive(Clone)]
pub(crate) struct Field {
    pub(crate) name: FieldName,
    pub(crate) value: Option<(Capture, TokenStream)>,
}

/// The labels and the bound on their combinations.
#[derive(Clone)]
pub(crate) struct Labels {
    pub(crate) values: Vec<(String, TokenStream)>,
    /// How many combinations there may be; 0 where the types say it.
    pub(crate) max: u32,
}

impl FieldName {
    /// The name as it is recorded.
    pub(crate) fn text(&self) -> String {
        match self {
            FieldName::Dotted(words) => {
                words.iter().map(|word| word.unraw().to_string()).collect::<Vec<_>>().join(".")
            }
            FieldName::Quoted(text, _) => text.clone(),
        }
    }

    /// Where it was written.
    pub(crate) fn span(&self) -> Span {
        match self {
            FieldName::Dotted(words) => words.first().map_or_else(Span::call_site, Ident::span),
            FieldName::Quoted(_, span) => *span,
        }
    }
}

/// `args(id, %path, ?request)`
pub(crate) fn args(slot: &mut Vec<Argument>, given: Given, errors: &mut Errors) {
    let Value::List(list, _) = given.value else { return given.misused(errors) };
    each(list, errors, |input, _| {
        let capture = capture(input)?;
        let name = input.call(Ident::parse_any)?;
        if input.peek(Token![=]) {
            let message =
                format!("`args` takes names of arguments; a value is written `fields({name} = ..)`");
            return Err(syn::Error::new(name.span(), message));
        }
        if slot.iter().any(|known| known.name == name) {
            return Err(syn::Error::new(name.span(), format!("argument `{name}` is given twice")));
        }
        slot.push(Argument { name, capture });
        Ok(())
    });
}

/// `fields(id = id, path = %path, rows)`
pub(crate) fn fields(slot: &mut Vec<Field>, given: Given, errors: &mut Errors) {
    let Value::List(list, _) = given.value else { return given.misused(errors) };
    each(list, errors, |input, _| {
        if input.peek(Token![%]) || input.peek(Token![?]) {
            return Err(input.error("a field needs a name before its value: `user = %user`"));
        }
        let name = field_name(input)?;
        let text = name.text();
        if slot.iter().any(|known| known.name.text() == text) {
            return Err(syn::Error::new(name.span(), format!("field `{text}` is given twice")));
        }
        let value = if input.peek(Token![=]) {
            input.parse::<Token![=]>()?;
            let capture = capture(input)?;
            Some((capture, input.parse::<Expr>()?.into_token_stream()))
        } else {
            None
        };
        slot.push(Field { name, value });
        Ok(())
    });
}

/// `labels(op = op, max = 16)`
pub(crate) fn labels(slot: &mut Option<Labels>, given: Given, errors: &mut Errors) {
    let Value::List(_, span) = given.value else { return given.misused(errors) };
    let Some(labels) = label_list(given, errors) else { return };
    if labels.values.is_empty() && errors.is_empty() {
        errors.at_span(span, "`labels` needs a label: `labels(op = op)`");
    }
    *slot = Some(labels);
}

/// The labels of a list that may have nothing but a bound.
pub(crate) fn label_list(given: Given, errors: &mut Errors) -> Option<Labels> {
    let Value::List(list, _) = given.value else {
        given.misused(errors);
        return None;
    };
    let mut labels = Labels { values: Vec::new(), max: 0 };
    let mut bounded = false;
    each(list, errors, |input, _| {
        let name = field_name(input)?;
        let text = name.text();
        if !input.peek(Token![=]) {
            return Err(syn::Error::new(name.span(), format!("label `{text}` needs a value: `{text} = ..`")));
        }
        input.parse::<Token![=]>()?;
        let value: Expr = input.parse()?;
        if text == "max" {
            if bounded {
                return Err(syn::Error::new(name.span(), "`max` is given twice"));
            }
            bounded = true;
            labels.max = bound(&value)?;
            return Ok(());
        }
        if labels.values.iter().any(|(known, _)| *known == text) {
            return Err(syn::Error::new(name.span(), format!("label `{text}` is given twice")));
        }
        labels.values.push((text, value.into_token_stream()));
        Ok(())
    });
    Some(labels)
}

/// `buckets(0.005, 0.01)` or `buckets = SOME_CONST`
pub(crate) fn buckets(slot: &mut Option<TokenStream>, given: Given, errors: &mut Errors) {
    buckets_of("a number of seconds", slot, given, errors);
}

/// The same, of bounds that are `what`.
pub(crate) fn buckets_of(what: &str, slot: &mut Option<TokenStream>, given: Given, errors: &mut Errors) {
    let (list, span) = match given.value {
        Value::Assigned(value @ Expr::Path(_)) => return *slot = Some(value.into_token_stream()),
        Value::List(list, span) => (list, span),
        _ => return given.misused(errors),
    };
    let mut bounds: Vec<f64> = Vec::new();
    let mut seen = false;
    each(list, errors, |input, _| {
        seen = true;
        let value: Expr = input.parse()?;
        let bound = number(&value)
            .ok_or_else(|| syn::Error::new_spanned(&value, format!("a bucket's bound is {what}")))?;
        if bound <= 0.0 {
            return Err(syn::Error::new_spanned(&value, "a bucket's bound must be above zero"));
        }
        if let Some(last) = bounds.last().filter(|last| **last >= bound) {
            let message = format!("buckets must increase, but {bound} follows {last}");
            return Err(syn::Error::new_spanned(&value, message));
        }
        bounds.push(bound);
        Ok(())
    });
    if !seen {
        errors.at_span(span, "`buckets` needs a bound: `buckets(0.005, 0.01)`");
    }
    *slot = Some(quote!(&[#(#bounds),*]));
}

/// `signals(metrics, spans)`
pub(crate) fn signals(slot: &mut Option<&'static str>, given: Given, errors: &mut Errors) {
    let Value::List(list, span) = given.value else { return given.misused(errors) };
    let mut seen: Vec<String> = Vec::new();
    let mut tried = false;
    each(list, errors, |input, _| {
        tried = true;
        let name: Ident = input.call(Ident::parse_any)?;
        let word = name.to_string();
        if seen.contains(&word) {
            return Err(syn::Error::new(name.span(), format!("signal `{word}` is given twice")));
        }
        if word != "metrics" && word != "spans" {
            let rest = suggestion(&word, &["metrics", "spans"], "the signals are");
            return Err(syn::Error::new(name.span(), format!("unknown signal `{word}`{rest}")));
        }
        seen.push(word);
        Ok(())
    });
    if !tried {
        errors.at_span(span, "`signals` needs a signal: `signals(metrics, spans)`");
    }
    *slot = match (seen.len(), seen.first().map(String::as_str)) {
        (1, Some("metrics")) => Some("METRICS"),
        (1, _) => Some("SPANS"),
        _ => None,
    };
}

fn capture(input: ParseStream<'_>) -> syn::Result<Capture> {
    if input.parse::<Option<Token![%]>>()?.is_some() {
        return Ok(Capture::Text(Show::Display));
    }
    if input.parse::<Option<Token![?]>>()?.is_some() {
        return Ok(Capture::Text(Show::Debug));
    }
    Ok(Capture::Value)
}

fn field_name(input: ParseStream<'_>) -> syn::Result<FieldName> {
    if input.peek(syn::LitStr) {
        let text: syn::LitStr = input.parse()?;
        return match not_a_name(&text.value()) {
            Some(why) => Err(syn::Error::new(text.span(), why)),
            None => Ok(FieldName::Quoted(text.value(), text.span())),
        };
    }
    let mut words = vec![input.call(Ident::parse_any)?];
    while input.parse::<Option<Token![.]>>()?.is_some() {
        words.push(input.call(Ident::parse_any)?);
    }
    Ok(FieldName::Dotted(words))
}

fn bound(value: &Expr) -> syn::Result<u32> {
    let wrong = || syn::Error::new_spanned(value, "`max` is a whole number above zero: `max = 16`");
    let Expr::Lit(literal) = value else { return Err(wrong()) };
    let Lit::Int(number) = &literal.lit else { return Err(wrong()) };
    number.base10_parse().ok().filter(|max| *max > 0).ok_or_else(wrong)
}

fn number(value: &Expr) -> Option<f64> {
    match value {
        Expr::Lit(literal) => match &literal.lit {
            Lit::Float(float) => float.base10_parse().ok(),
            Lit::Int(int) => int.base10_parse().ok(),
            _ => None,
        },
        Expr::Unary(minus) if matches!(minus.op, syn::UnOp::Neg(_)) => {
            number(&minus.expr).map(|value| -value)
        }
        _ => None,
    }
}
