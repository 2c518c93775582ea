//! The attributes on an item: which of them are ours, and what the others say.

use proc_macro2::Span;
use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::Attribute;
use syn::Meta;
use syn::spanned::Spanned as _;

/// The outer attributes of an item.
pub(crate) struct Attributes {
    /// All but ours.
    pub(crate) others: Vec<Attribute>,
    /// Each `#[monitored]` still on the item, with what is written between its parentheses.
    pub(crate) ours: Vec<(Span, TokenStream)>,
}

impl Attributes {
    /// Sets our attributes apart from the others.
    pub(crate) fn new(all: Vec<Attribute>) -> Attributes {
        let (ours, others): (Vec<_>, Vec<_>) =
            all.into_iter().partition(|attribute| is(attribute, "monitored"));
        let ours =
            ours.into_iter().map(|attribute| (attribute.meta.span(), arguments(attribute.meta))).collect();
        Attributes { others, ours }
    }

    /// Whether the item carries this attribute.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.others.iter().any(|attribute| is(attribute, name))
    }

    /// Whether none of the others is a macro, which might ask for the item as it was written.
    pub(crate) fn are_inert(&self) -> bool {
        const INERT: [&str; 9] =
            ["allow", "cfg", "cold", "deny", "deprecated", "doc", "expect", "inline", "warn"];
        self.others.iter().all(|attribute| INERT.iter().any(|name| attribute.path().is_ident(name)))
    }

    /// The first paragraph of the doc comment.
    pub(crate) fn description(&self) -> String {
        let mut text = String::new();
        for attribute in self.others.iter().filter(|attribute| is(attribute, "doc")) {
            let Some(line) = doc_line(attribute) else { continue };
            match line.trim() {
                "" if text.is_empty() => {}
                "" => break,
                line if text.is_empty() => text.push_str(line),
                line => {
                    text.push(' ');
                    text.push_str(line);
                }
            }
        }
        text
    }
}

impl ToTokens for Attributes {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        for attribute in &self.others {
            attribute.to_tokens(tokens);
        }
    }
}

/// Whether the last word of an attribute's path is this one.
fn is(attribute: &Attribute, name: &str) -> bool {
    attribute.path().segments.last().is_some_and(|segment| segment.ident == name)
}

fn arguments(meta: Meta) -> TokenStream {
    match meta {
        Meta::List(list) => list.tokens,
        _ => TokenStream::new(),
    }
}

fn doc_line(attribute: &Attribute) -> Option<String> {
    let Meta::NameValue(pair) = &attribute.meta else { return None };
    let syn::Expr::Lit(literal) = &pair.value else { return None };
    let syn::Lit::Str(text) = &literal.lit else { return None };
    // A block comment is one attribute with many lines.
    Some(text.value().split("\n\n").next().unwrap_or_default().replace('\n', " "))
}
