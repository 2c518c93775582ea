//! The declared fields as a struct, so that the compiler checks what the body gives.

use proc_macro2::Ident;
use proc_macro2::Span;
use proc_macro2::TokenStream;
use quote::ToTokens as _;
use quote::format_ident;
use quote::quote_spanned;

use crate::expand::site;
use crate::plan::Node;
use crate::plan::Plan;

/// Prints the struct and its static; nothing where no field is late.
pub(crate) fn print(plan: &Plan<'_>) -> TokenStream {
    let Some(late) = &plan.late else { return TokenStream::new() };
    let span = Span::mixed_site();
    let fields = Ident::new("__Fields", span);
    let mut tokens = TokenStream::new();
    let value = level(&fields, &late.root, &plan.private, &mut tokens);
    // `field!` in the body finds it by its name.
    let name = Ident::new("__MONITORED_FIELDS", Span::call_site());
    quote_spanned!(span=> static #name: #fields = #value;).to_tokens(&mut tokens);
    tokens
}

/// Declares the struct of one level, and gives the expression that makes it.
fn level(
    fields: &Ident,
    nodes: &[(Ident, Node)],
    private: &TokenStream,
    tokens: &mut TokenStream,
) -> TokenStream {
    let span = Span::mixed_site();
    let site = site();
    let (mut members, mut values) = (TokenStream::new(), TokenStream::new());
    for (position, (name, node)) in nodes.iter().enumerate() {
        let (kind, value) = match node {
            Node::Field(index) => (
                quote_spanned!(span=> #private::LateField),
                quote_spanned!(span=> #private::LateField::new(&#site, #index)),
            ),
            Node::Inner(inner) => {
                let fields = format_ident!("{fields}{position}");
                let value = level(&fields, inner, private, tokens);
                (quote_spanned!(span=> #fields), value)
            }
        };
        quote_spanned!(span=> #name: #kind,).to_tokens(&mut members);
        quote_spanned!(span=> #name: #value,).to_tokens(&mut values);
    }
    quote_spanned!(span=> #[allow(dead_code)] struct #fields { #members }).to_tokens(tokens);
    quote_spanned!(span=> #fields { #values })
}
