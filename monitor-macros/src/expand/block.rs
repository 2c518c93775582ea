//! An `impl` block or a trait: each method with a body, expanded in its place.

use std::cell::RefCell;

use proc_macro2::Span;
use proc_macro2::TokenStream;
use quote::ToTokens as _;
use quote::quote;
use quote::quote_spanned;

use crate::diag::Errors;
use crate::expand::already;
use crate::expand::function;
use crate::expand::named;
use crate::expand::refused;
use crate::item::Block;
use crate::item::Function;
use crate::item::Member;
use crate::item::Own;
use crate::item::Which;
use crate::options;
use crate::options::Options;
use crate::options::Place;
use crate::plan::Surroundings;

/// Prints the block, of a plugin or of anything else, or what is wrong with it and the block as it was.
pub(crate) fn print(block: &Block, options: &Options, is_plugin: bool, mut errors: Errors) -> TokenStream {
    let around = Surroundings {
        name: options.name.as_deref().unwrap_or(&block.name),
        options,
        inert: block.attributes.are_inert(),
        plugin: options.name.clone().filter(|_| is_plugin),
        open: block.is_open(),
        path: block.path(),
        declared: RefCell::default(),
    };
    let mut members = TokenStream::new();
    for member in &block.members {
        let printed = match member {
            Member::Function(function) => method(function, &around, &mut errors),
            Member::Other(_) => None,
        };
        match printed {
            Some(printed) => members.extend(printed),
            None => member.to_tokens(&mut members),
        }
    }
    let own = block.members.iter().filter_map(|member| match member {
        Member::Function(function) => Some(&function.attributes.ours),
        Member::Other(_) => None,
    });
    let named = named(own.flatten(), if is_plugin { Which::Plugin } else { Which::Monitored });
    let mut tokens = if errors.is_empty() {
        block.with_members(members)
    } else {
        let unchanged = block.members.iter().map(|member| member.to_token_stream()).collect();
        refused(errors, block.with_members(unchanged))
    };
    if !named.is_empty() {
        quote_spanned!(Span::mixed_site()=> const _: () = { #named };).to_tokens(&mut tokens);
    }
    tokens
}

/// The method expanded; none where it stays as it is.
fn method(function: &Function, around: &Surroundings<'_>, errors: &mut Errors) -> Option<TokenStream> {
    for own in function.attributes.own(Which::Plugin) {
        errors.at_span(
            own.span,
            "`#[plugin]` goes on the `impl` block: every method of a plugin is a part of it",
        );
    }
    let (always, perhaps): (Vec<_>, Vec<_>) =
        function.attributes.own(Which::Monitored).partition(|own| own.condition.is_none());
    for own in always.iter().skip(1) {
        errors.at_span(own.span, already(own, "function"));
    }
    match always.first() {
        None if !perhaps.is_empty() => Some(under_conditions(function, &perhaps, around, errors)),
        first => {
            for own in &perhaps {
                errors.at_span(own.span, already(own, "function"));
            }
            with(function, first.copied(), around, errors)
        }
    }
}

/// The method once for each condition that one of our attributes stands under, and once for none of them. The compiler
/// keeps one: it alone knows which condition holds.
fn under_conditions(
    function: &Function,
    each: &[&Own],
    around: &Surroundings<'_>,
    errors: &mut Errors,
) -> TokenStream {
    let mut tokens = TokenStream::new();
    let mut one = |condition: TokenStream, own: Option<&Own>| {
        let method = with(function, own, around, errors).unwrap_or_else(|| function.to_token_stream());
        tokens.extend(quote!(#[cfg(#condition)] #method));
    };
    let mut before: Vec<&TokenStream> = Vec::new();
    for own in each {
        let Some(condition) = &own.condition else { continue };
        match none_of(&before) {
            None => one(condition.clone(), Some(own)),
            Some(none) => one(quote!(all(#condition, #none)), Some(own)),
        }
        before.push(condition);
    }
    if let Some(none) = none_of(&before) {
        one(none, None);
    }
    for (index, own) in each.iter().enumerate().skip(1) {
        let (condition, before) = (&own.condition, any_of(&before[..index]));
        let message = "two `#[monitored]` are on this function, for both conditions hold";
        tokens.extend(quote_spanned!(own.span=>
            #[cfg(all(#condition, #before))] ::core::compile_error! { #message }
        ));
    }
    tokens
}

fn none_of(conditions: &[&TokenStream]) -> Option<TokenStream> {
    (!conditions.is_empty()).then(|| {
        let any = any_of(conditions);
        quote!(not(#any))
    })
}

/// Of one condition, that condition: there is a lint for `any` of one.
fn any_of(conditions: &[&TokenStream]) -> TokenStream {
    match conditions {
        [one] => one.to_token_stream(),
        more => quote!(any(#(#more),*)),
    }
}

/// The method expanded with the options of an attribute of its own, if it has one; none where it stays as it is.
fn with(
    function: &Function,
    own: Option<&Own>,
    around: &Surroundings<'_>,
    errors: &mut Errors,
) -> Option<TokenStream> {
    let metrics = function::declared(function, errors);
    let options = own.map(|own| options::read(own.arguments.clone(), Place::Method, errors));
    match &options {
        // A block is a way to say "all that can be": what cannot be is skipped without a word.
        None if function.signature.constness.is_some() && metrics.is_empty() => return None,
        Some(Options { skip: Some(_), .. }) if metrics.is_empty() => return None,
        Some(Options { skip: Some(skip), .. }) if !function::is_collected(&metrics) => {
            errors.at_span(
                *skip,
                "`skip` leaves the method out, but it has metrics, which its calls give values to",
            );
            return None;
        }
        _ => {}
    }
    function::print(
        function,
        options.filter(|options| options.skip.is_none()),
        metrics,
        (Some(around), TokenStream::new()),
        errors,
    )
}
