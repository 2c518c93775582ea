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
mod metric;
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
use quote::quote_spanned;

use crate::diag::Errors;
use crate::item::Attributes;
use crate::item::BlockKind;
use crate::item::Function;
use crate::item::Item;
use crate::item::Own;
use crate::item::Which;
use crate::options;
use crate::options::Options;
use crate::options::Place;

/// Expands `#[monitored]` on an item of any kind.
pub(crate) fn monitored(arguments: TokenStream, tokens: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    match read(&tokens, &mut errors) {
        None => refused(errors, tokens),
        Some(Item::Block(block)) => {
            alone(&block.attributes, Which::Monitored, "block", &mut errors);
            let options = options::read(arguments, Place::Block, &mut errors);
            block::print(&block, &options, false, errors)
        }
        Some(Item::Function(function)) => {
            alone(&function.attributes, Which::Monitored, "function", &mut errors);
            let metrics = function::declared(&function, &mut errors);
            let options = options::read(arguments, Place::Function, &mut errors);
            one(&function, Some(options), metrics, Which::Monitored, errors)
        }
        Some(Item::Other(keyword)) => {
            let message = format!(
                "`#[monitored]` goes on a function, an `impl` block or a trait, not on this `{keyword}`"
            );
            errors.at(keyword, message);
            refused(errors, tokens)
        }
    }
}

/// Expands `#[plugin]` on an `impl` block.
pub(crate) fn plugin(arguments: TokenStream, tokens: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    match read(&tokens, &mut errors) {
        None => refused(errors, tokens),
        Some(Item::Block(block)) if block.kind == BlockKind::Impl => {
            alone(&block.attributes, Which::Plugin, "block", &mut errors);
            let options = options::read(arguments, Place::Plugin, &mut errors);
            if options.name.is_none() && errors.is_empty() {
                errors.at_span(Span::call_site(), "a plugin needs a name: `#[plugin(name = \"failover\")]`");
            }
            block::print(&block, &options, true, errors)
        }
        Some(Item::Block(block)) => {
            errors.at(
                &block.keyword,
                "`#[plugin]` goes on an `impl` block, not on a trait: each plugin has a name of its own",
            );
            refused(errors, without_ours(tokens))
        }
        Some(Item::Function(function)) => {
            errors.at(
                function.signature.fn_token,
                "`#[plugin]` goes on an `impl` block; on a function write `#[monitored]` or `#[plugin_metric(..)]`",
            );
            refused(errors, function.to_token_stream())
        }
        Some(Item::Other(keyword)) => {
            errors.at(&keyword, format!("`#[plugin]` goes on an `impl` block, not on this `{keyword}`"));
            refused(errors, tokens)
        }
    }
}

/// Expands `#[plugin_metric]` on a function, with all the others that are on it.
pub(crate) fn plugin_metric(arguments: TokenStream, tokens: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    match read(&tokens, &mut errors) {
        None => refused(errors, tokens),
        Some(Item::Function(function)) => {
            let mut metrics = vec![(None, options::read_metric(arguments, Span::call_site(), &mut errors))];
            metrics.extend(function::declared(&function, &mut errors));
            let mut monitored = function.attributes.own(Which::Monitored);
            let options = monitored.next().map(|own| {
                if let Some(condition) = &own.condition {
                    errors.at(condition, "write `#[monitored]` without a condition beside `#[plugin_metric]`, or both under it");
                }
                options::read(own.arguments.clone(), Place::Function, &mut errors)
            });
            for own in monitored {
                errors.at_span(own.span, already(own, "function"));
            }
            for own in function.attributes.own(Which::Plugin) {
                errors.at_span(
                    own.span,
                    "`#[plugin]` goes on the `impl` block: every method of a plugin is a part of it",
                );
            }
            one(&function, options, metrics, Which::Metric, errors)
        }
        Some(Item::Block(block)) => {
            errors.at(
                &block.keyword,
                "`#[plugin_metric]` goes on a function, whose calls give it values: put it on a method of this block",
            );
            refused(errors, without_ours(tokens))
        }
        Some(Item::Other(keyword)) => {
            errors.at(&keyword, format!("`#[plugin_metric]` goes on a function, not on this `{keyword}`"));
            refused(errors, tokens)
        }
    }
}

fn read(tokens: &TokenStream, errors: &mut Errors) -> Option<Item> {
    Item::read(tokens.clone()).map_err(|error| errors.add(error)).ok()
}

fn one(
    function: &Function,
    options: Option<Options>,
    metrics: Vec<function::Declared>,
    attribute: Which,
    mut errors: Errors,
) -> TokenStream {
    let named = named(function.attributes.ours.iter(), attribute);
    function::print(function, options, metrics, (None, named), &mut errors)
        .filter(|_| errors.is_empty())
        .unwrap_or_else(|| refused(errors, function.to_token_stream()))
}

/// The errors and the item as it was, so that nothing else goes wrong for want of it.
fn refused(errors: Errors, item: TokenStream) -> TokenStream {
    let mut tokens = errors.into_tokens();
    tokens.extend(item);
    tokens
}

/// The item without any of our attributes, which could not go on after a refusal.
fn without_ours(tokens: TokenStream) -> TokenStream {
    match Item::read(tokens.clone()) {
        Ok(Item::Block(block)) => {
            block.with_members(block.members.iter().map(|member| member.to_token_stream()).collect())
        }
        Ok(Item::Function(function)) => function.to_token_stream(),
        _ => tokens,
    }
}

/// Says which of our attributes cannot be beside this one.
fn alone(attributes: &Attributes, this: Which, what: &str, errors: &mut Errors) {
    for own in &attributes.ours {
        match own.which {
            Which::Metric if what == "function" => {}
            Which::Metric => errors.at_span(
                own.span,
                "`#[plugin_metric]` goes on a function, whose calls give it values: put it on a method of this block",
            ),
            which if which == this => errors.at_span(own.span, already(own, what)),
            _ if what == "function" => errors.at_span(
                own.span,
                "`#[plugin]` goes on the `impl` block: every method of a plugin is a part of it",
            ),
            _ => errors.at_span(
                own.span,
                "`#[plugin]` takes the options of `#[monitored]` as well: write them there, and `#[plugin]` alone",
            ),
        }
    }
}

/// What to say of a second one of ours.
fn already(own: &Own, what: &str) -> String {
    let name = own.which.name();
    match own.condition {
        None => format!("`#[{name}]` is already on this {what}"),
        Some(_) => format!(
            "`#[{name}]` is already on this {what} whether this condition holds or not; write `cfg_attr` with the \
             opposite condition around that one"
        ),
    }
}

/// Names the attributes that are taken off, but for those of one kind: without that, the compiler would find the import
/// of an attribute unused that another one of ours has taken along.
fn named<'a>(own: impl Iterator<Item = &'a Own>, apart_from: Which) -> TokenStream {
    let mut seen: Vec<String> = Vec::new();
    let mut tokens = TokenStream::new();
    for own in own.filter(|own| own.which != apart_from) {
        let text = own.path.to_string();
        if !seen.contains(&text) {
            seen.push(text);
            let path = own.path.clone().into_iter().map(|mut token| {
                token.set_span(token.span().resolved_at(Span::mixed_site()));
                token
            });
            quote_spanned!(Span::mixed_site()=> #[allow(unused_imports)] use #(#path)* as _;)
                .to_tokens(&mut tokens);
        }
    }
    tokens
}

/// The callsite's static. Items have no hygiene of their own, so its name is one that nobody takes.
fn site() -> Ident {
    Ident::new("__MONITORED_SITE", Span::mixed_site())
}

#[cfg(test)]
mod tests;
