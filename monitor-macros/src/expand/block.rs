//! An `impl` block or a trait: each method with a body, expanded in its place.

use proc_macro2::TokenStream;
use quote::ToTokens as _;

use crate::diag::Errors;
use crate::expand::function;
use crate::expand::refused;
use crate::item::Block;
use crate::item::Function;
use crate::item::Member;
use crate::options;
use crate::options::Options;
use crate::options::Place;
use crate::plan::Surroundings;

/// Prints the block, or what is wrong with it and the block as it was.
pub(crate) fn print(block: &Block, options: &Options, mut errors: Errors) -> TokenStream {
    let around = Surroundings {
        name: options.name.as_deref().unwrap_or(&block.name),
        options,
        inert: block.attributes.are_inert(),
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
    if errors.is_empty() {
        return block.with_members(members);
    }
    let unchanged = block.members.iter().map(|member| member.to_token_stream()).collect();
    refused(errors, block.with_members(unchanged))
}

/// The method expanded; none where it stays as it is.
fn method(function: &Function, around: &Surroundings<'_>, errors: &mut Errors) -> Option<TokenStream> {
    let mut attributes = function.attributes.ours.iter();
    let own = match attributes.next() {
        Some((_, arguments)) => options::read(arguments.clone(), Place::Method, errors),
        // A block is a way to say "all that can be": what cannot be is skipped without a word.
        None if function.signature.constness.is_some() => return None,
        None => Options::default(),
    };
    for (span, _) in attributes {
        errors.at_span(*span, "`#[monitored]` is already on this function");
    }
    if own.skip.is_some() {
        return None;
    }
    function::print(function, own, Some(around), errors)
}
