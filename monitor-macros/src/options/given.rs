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
    /// How it should be written.
    pub(crate) example: &'static str,
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
        let message = format!("`{}` is written `{}`", self.key, self.example);
        match &self.value {
            Value::Assigned(value) => errors.at(value, message),
            Value::Bare => errors.at(&self.key, message),
            Value::List(_, span) => errors.at_span(*span, message),
        }
    }
}

/// Reads the options of one `#[monitored]` or `#[plugin]`.
pub(crate) fn read(tokens: TokenStream, place: Place, errors: &mut Errors) -> Options {
    let known: Vec<&str> =
        TABLE.iter().filter(|row| row.places.contains(&place)).map(|row| row.key).collect();
    let unknown =
        |word: &str| format!("unknown option `{word}`{}", suggestion(word, &known, "the options here are"));
    read_by(TABLE, unknown, tokens, place, errors)
}

/// Reads the options of one attribute that has this table; `unknown` says what is wrong with another word.
pub(crate) fn read_by<O: Default>(
    table: &[Row<O>],
    unknown: impl Fn(&str) -> String,
    tokens: TokenStream,
    place: Place,
    errors: &mut Errors,
) -> O {
    let mut options = O::default();
    let mut seen: Vec<String> = Vec::new();
    each(tokens, errors, |input, errors| {
        let key = key(input)?;
        let word = key.to_string();
        let row = table.iter().find(|row| row.key == word);
        let Some(row) = row else {
            skip_option(input);
            return Err(syn::Error::new(key.span(), unknown(&word)));
        };
        let value = value(input, &key, row.example)?;
        if seen.contains(&word) {
            return Err(syn::Error::new(key.span(), format!("`{word}` is given twice")));
        }
        seen.push(word);
        match misplaced(row.key, row.example, row.places, place) {
            Some(message) => errors.at(&key, message),
            None => (row.apply)(&mut options, Given { key, value, example: row.example }, errors),
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

fn value(input: ParseStream<'_>, key: &Ident, example: &str) -> syn::Result<Value> {
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
        let message = format!("`{key}` needs a value: `{example}`");
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

fn misplaced(key: &str, example: &str, places: &[Place], place: Place) -> Option<String> {
    if places.contains(&place) {
        return None;
    }
    Some(match place {
        Place::Block | Place::Plugin if key == "terminal" => {
            format!("`{key}` says something of a plugin: write `#[plugin(name = \"..\", {key})]`")
        }
        Place::Block | Place::Plugin => {
            format!("`{key}` differs from method to method: write `#[monitored({example})]` on each")
        }
        _ if key == "terminal" => {
            format!("`{key}` goes on the block of a plugin: `#[plugin(name = \"..\", {key})]`")
        }
        _ => format!("`{key}` goes on a method of an `impl` block or trait that has `#[monitored]` itself"),
    })
}
