//! Reading what was written: `key`, `key = value` or `key(list)`, one after the other, going on after an error.

use proc_macro2::Ident;
use proc_macro2::Span;
use proc_macro2::TokenStream;
use proc_macro2::TokenTree;
use syn::Token;
use syn::ext::IdentExt as _;
use syn::parse::ParseStream;
use syn::parse::Parser as _;

use crate::diag::Errors;
use crate::diag::suggestion;
use crate::options::Options;
use crate::options::Place;
use crate::options::Row;
use crate::options::TABLE;

/// One option as it was written.
pub(crate) struct Given {
    pub(crate) key: Ident,
    pub(crate) value: Value,
}

/// What follows an option's key.
pub(crate) enum Value {
    /// `key = value`
    Assigned(syn::Expr),
    /// `key`
    Bare,
    /// `key(list)`, with the place of the list.
    List(TokenStream, Span),
}

impl Given {
    /// Says how the option is written, at what was written instead.
    pub(crate) fn misused(&self, errors: &mut Errors) {
        let example = TABLE.iter().find(|row| self.key == row.key).map_or("", |row| row.example);
        let message = format!("`{}` is written `{example}`", self.key);
        match &self.value {
            Value::Assigned(value) => errors.at(value, message),
            Value::Bare => errors.at(&self.key, message),
            Value::List(_, span) => errors.at_span(*span, message),
        }
    }
}

/// Reads the options of one attribute.
pub(crate) fn read(tokens: TokenStream, place: Place, errors: &mut Errors) -> Options {
    let mut options = Options::default();
    let mut seen: Vec<String> = Vec::new();
    each(tokens, errors, |input, errors| {
        let key = key(input)?;
        let word = key.to_string();
        let row = TABLE.iter().find(|row| row.key == word);
        let Some(row) = row else {
            skip_option(input);
            return Err(syn::Error::new(key.span(), unknown(&word, place)));
        };
        let value = value(input, &key, row)?;
        if seen.contains(&word) {
            return Err(syn::Error::new(key.span(), format!("`{word}` is given twice")));
        }
        seen.push(word);
        match misplaced(row, place) {
            Some(message) => errors.at(&key, message),
            None => (row.apply)(&mut options, Given { key, value }, errors),
        }
        Ok(())
    });
    options
}

/// Calls `one` for each element of a list, and goes on after the next comma where it failed.
pub(crate) fn each(
    tokens: TokenStream,
    errors: &mut Errors,
    mut one: impl FnMut(ParseStream<'_>, &mut Errors) -> syn::Result<()>,
) {
    let parser = |input: ParseStream<'_>| {
        while !input.is_empty() {
            match one(input, errors) {
                Err(error) => {
                    errors.add(error);
                    skip_option(input);
                }
                Ok(()) if !input.is_empty() && !input.peek(Token![,]) => {
                    errors.add(input.error("expected `,`"));
                    skip_option(input);
                }
                Ok(()) => {}
            }
            input.parse::<Option<Token![,]>>()?;
        }
        Ok(())
    };
    if let Err(error) = parser.parse2(tokens) {
        errors.add(error);
    }
}

fn key(input: ParseStream<'_>) -> syn::Result<Ident> {
    if input.peek(syn::LitStr) {
        let text: syn::LitStr = input.parse()?;
        return Err(syn::Error::new(text.span(), format!("a name is written `name = \"{}\"`", text.value())));
    }
    Ident::parse_any(input).map_err(|_| input.error("expected an option, as in `name = \"orders.place\"`"))
}

fn value(input: ParseStream<'_>, key: &Ident, row: &Row) -> syn::Result<Value> {
    if input.peek(syn::token::Paren) {
        let content;
        let parens = syn::parenthesized!(content in input);
        return Ok(Value::List(content.parse()?, parens.span.join()));
    }
    if !input.peek(Token![=]) {
        return Ok(Value::Bare);
    }
    let equals: Token![=] = input.parse()?;
    if input.is_empty() || input.peek(Token![,]) {
        let message = format!("`{key}` needs a value: `{}`", row.example);
        return Err(syn::Error::new_spanned(equals, message));
    }
    Ok(Value::Assigned(input.parse()?))
}

/// Goes on to the next comma.
fn skip_option(input: ParseStream<'_>) {
    while !input.is_empty() && !input.peek(Token![,]) {
        if input.parse::<TokenTree>().is_err() {
            return;
        }
    }
}

fn unknown(word: &str, place: Place) -> String {
    let known: Vec<&str> =
        TABLE.iter().filter(|row| row.places.contains(&place)).map(|row| row.key).collect();
    format!("unknown option `{word}`{}", suggestion(word, &known, "the options here are"))
}

fn misplaced(row: &Row, place: Place) -> Option<String> {
    if row.places.contains(&place) {
        return None;
    }
    let key = row.key;
    Some(match place {
        Place::Block => {
            format!("`{key}` differs from method to method: write `#[monitored({})]` on each", row.example)
        }
        _ => format!("`{key}` goes on a method of an `impl` block or trait that has `#[monitored]` itself"),
    })
}
