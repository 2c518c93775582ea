//! Printing: the plan as tokens. No decision is taken here.

mod block;
mod call;
mod command;
mod derive;
mod error_type;
mod event;
mod function;
mod labels;
mod late;
mod listener;
mod observe;
mod setup;
mod site;

pub(crate) use error_type::error_type;
pub(crate) use event::event;
pub(crate) use labels::labels;
pub(crate) use listener::listener;

use proc_macro2::Ident;
use proc_macro2::Span;
use proc_macro2::TokenStream;
use quote::ToTokens as _;

use crate::diag::Errors;
use crate::item::Attributes;
use crate::item::Item;
use crate::item::Own;
use crate::options;
use crate::options::Place;

/// Expands the attribute on an item of any kind.
pub(crate) fn monitored(arguments: TokenStream, tokens: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let item = match Item::read(tokens.clone()) {
        Ok(item) => item,
        Err(error) => {
            errors.add(error);
            return refused(errors, tokens);
        }
    };
    match item {
        Item::Block(block) => {
            twice(&block.attributes, "block", &mut errors);
            let options = options::read(arguments, Place::Block, &mut errors);
            block::print(&block, &options, errors)
        }
        Item::Function(function) => {
            twice(&function.attributes, "function", &mut errors);
            let options = options::read(arguments, Place::Function, &mut errors);
            function::print(&function, options, None, &mut errors)
                .filter(|_| errors.is_empty())
                .unwrap_or_else(|| refused(errors, function.to_token_stream()))
        }
        Item::Other(keyword) => {
            let message = format!(
                "`#[monitored]` goes on a function, an `impl` block or a trait, not on this `{keyword}`"
            );
            errors.at(keyword, message);
            refused(errors, tokens)
        }
    }
}

/// The errors and the item as it was, so that nothing else goes wrong for want of it.
fn refused(errors: Errors, item: TokenStream) -> TokenStream {
    let mut tokens = errors.into_tokens();
    tokens.extend(item);
    tokens
}

fn twice(attributes: &Attributes, what: &str, errors: &mut Errors) {
    for own in &attributes.ours {
        errors.at_span(own.span, already(own, what));
    }
}

/// What to say of a second `#[monitored]`.
fn already(own: &Own, what: &str) -> String {
    match own.condition {
        None => format!("`#[monitored]` is already on this {what}"),
        Some(_) => format!(
            "`#[monitored]` is already on this {what} whether this condition holds or not; write `cfg_attr` with the \
             opposite condition around that one"
        ),
    }
}

/// The callsite's static. Items have no hygiene of their own, so its name is one that nobody takes.
fn site() -> Ident {
    Ident::new("__MONITORED_SITE", Span::mixed_site())
}

#[cfg(test)]
mod tests;
