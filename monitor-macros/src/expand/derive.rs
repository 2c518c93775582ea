//! What both derives read: an enum or a struct, and the words in our attributes.

use proc_macro2::TokenStream;
use quote::quote;
use syn::Attribute;
use syn::ItemEnum;
use syn::ItemStruct;
use syn::LitStr;
use syn::Token;

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
pub(crate) fn read(tokens: TokenStream, derive: &str) -> syn::Result<Shape> {
    if let Ok(item) = syn::parse2(tokens.clone()) {
        return Ok(Shape::Enum(item));
    }
    let message = format!("`{derive}` is derived for enums and structs");
    syn::parse2(tokens.clone()).map(Shape::Struct).map_err(|_| syn::Error::new_spanned(tokens, message))
}

/// Reads our attributes among these.
pub(crate) fn words(attributes: &[Attribute], name: &str, known: &[&str], errors: &mut Errors) -> Words {
    let mut words = Words::default();
    for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident(name)) {
        let read = attribute.parse_nested_meta(|meta| {
            let word = meta.path.get_ident().map(ToString::to_string).unwrap_or_default();
            if !known.contains(&word.as_str()) {
                let rest = suggestion(&word, known, "the options here are");
                return Err(meta.error(format!("unknown option `{word}`{rest}")));
            }
            match word.as_str() {
                "crate" => {
                    let path: syn::Path = meta.value()?.parse()?;
                    words.krate = Some(quote!(#path));
                }
                "rename" => {
                    let text: LitStr = meta.value()?.parse()?;
                    if let Some(why) = crate::options::not_a_name(&text.value()) {
                        return Err(syn::Error::new(text.span(), why));
                    }
                    words.rename = Some(text);
                }
                _ => words.transparent = true,
            }
            if !meta.input.is_empty() && !meta.input.peek(Token![,]) {
                return Err(meta.input.error("expected `,`"));
            }
            Ok(())
        });
        if let Err(error) = read {
            errors.add(error);
        }
    }
    words
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
