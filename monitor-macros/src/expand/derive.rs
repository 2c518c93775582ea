//! What all derives read: an enum or a struct, and the words in our attributes.

use proc_macro2::Ident;
use proc_macro2::TokenStream;
use quote::quote;
use syn::Attribute;
use syn::Generics;
use syn::ItemEnum;
use syn::ItemStruct;
use syn::LitStr;
use syn::Token;
use syn::meta::ParseNestedMeta;

use crate::diag::Errors;
use crate::diag::suggestion;

/// An enum or a struct.
pub(crate) enum Shape {
    Enum(ItemEnum),
    Struct(ItemStruct),
}

/// The words of `#[label(..)]` or `#[error_type(..)]`.
#[derive(Default)]
pub(crate) struct Words {
    pub(crate) krate: Option<TokenStream>,
    pub(crate) rename: Option<LitStr>,
    pub(crate) transparent: bool,
}

/// Reads an enum or a struct.
fn read(tokens: TokenStream, derive: &str) -> syn::Result<Shape> {
    if let Ok(item) = syn::parse2(tokens.clone()) {
        return Ok(Shape::Enum(item));
    }
    let message = format!("`{derive}` is derived for enums and structs");
    syn::parse2(tokens.clone()).map(Shape::Struct).map_err(|_| syn::Error::new_spanned(tokens, message))
}

/// Expands a derive: the implementation, or what is wrong.
pub(crate) fn expand(
    tokens: TokenStream,
    derive: &str,
    print: impl FnOnce(&Shape, &mut Errors) -> TokenStream,
) -> TokenStream {
    let mut errors = Errors::default();
    let printed = match read(tokens, derive) {
        Ok(shape) => print(&shape, &mut errors),
        Err(error) => return error.into_compile_error(),
    };
    if errors.is_empty() { printed } else { errors.into_tokens() }
}

impl Shape {
    /// The attributes, the name and the generics.
    pub(crate) fn head(&self) -> (&[Attribute], &Ident, &Generics) {
        match self {
            Shape::Enum(item) => (&item.attrs, &item.ident, &item.generics),
            Shape::Struct(item) => (&item.attrs, &item.ident, &item.generics),
        }
    }
}

/// Reads our attributes among these.
pub(crate) fn words(attributes: &[Attribute], name: &str, known: &[&str], errors: &mut Errors) -> Words {
    let mut words = Words::default();
    each_word(attributes, name, known, errors, |word, meta| {
        match word {
            "crate" => words.krate = Some(path(meta)?),
            "rename" => words.rename = Some(self::name(meta)?),
            _ => words.transparent = true,
        }
        Ok(())
    });
    words
}

/// Hands each word of our attributes among these to `take`, if it is one of those that are known there.
pub(crate) fn each_word(
    attributes: &[Attribute],
    name: &str,
    known: &[&str],
    errors: &mut Errors,
    mut take: impl FnMut(&str, &ParseNestedMeta<'_>) -> syn::Result<()>,
) {
    for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident(name)) {
        let read = attribute.parse_nested_meta(|meta| {
            let word = meta.path.get_ident().map(ToString::to_string).unwrap_or_default();
            if !known.contains(&word.as_str()) {
                let rest = suggestion(&word, known, "the options here are");
                return Err(meta.error(format!("unknown option `{word}`{rest}")));
            }
            take(&word, &meta)?;
            if !meta.input.is_empty() && !meta.input.peek(Token![,]) {
                return Err(meta.input.error("expected `,`"));
            }
            Ok(())
        });
        if let Err(error) = read {
            errors.add(error);
        }
    }
}

/// The path behind `crate =`.
pub(crate) fn path(meta: &ParseNestedMeta<'_>) -> syn::Result<TokenStream> {
    let path: syn::Path = meta.value()?.parse()?;
    Ok(quote!(#path))
}

/// The name behind `name =` or `rename =`.
pub(crate) fn name(meta: &ParseNestedMeta<'_>) -> syn::Result<LitStr> {
    let text: LitStr = meta.value()?.parse()?;
    match crate::options::not_a_name(&text.value()) {
        Some(why) => Err(syn::Error::new(text.span(), why)),
        None => Ok(text),
    }
}

/// `::monitor_core::__private`, or that of the crate that was named.
pub(crate) fn private(krate: Option<TokenStream>) -> TokenStream {
    match krate {
        Some(path) => quote!(#path::__private),
        None => quote!(::monitor_core::__private),
    }
}

/// `ReadOnly` as `read_only`.
pub(crate) fn snake_case(name: &str) -> String {
    let letters: Vec<char> = name.trim_start_matches("r#").chars().collect();
    let mut snake = String::new();
    for (index, letter) in letters.iter().enumerate() {
        let after_lower = index > 0 && !letters[index - 1].is_uppercase() && letters[index - 1] != '_';
        let before_lower = index > 0 && letters.get(index + 1).is_some_and(|next| next.is_lowercase());
        if letter.is_uppercase() && (after_lower || before_lower && letters[index - 1] != '_') {
            snake.push('_');
        }
        snake.extend(letter.to_lowercase());
    }
    snake
}
