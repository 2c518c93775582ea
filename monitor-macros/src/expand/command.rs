//! What is said of a command, before the call and of its result.

use proc_macro2::Ident;
use proc_macro2::Span;
use proc_macro2::TokenStream;
use quote::ToTokens as _;
use quote::quote_spanned;

use crate::expand::setup::borrowed;
use crate::options::From;
use crate::plan::Plan;

/// Prints what is said before the call; nothing where it is no command.
pub(crate) fn before(plan: &Plan<'_>, setup: &Ident) -> TokenStream {
    let Some(command) = &plan.options.command else { return TokenStream::new() };
    let span = Span::mixed_site();
    let draft = Ident::new("__command", span);
    let mut steps = TokenStream::new();
    for (key, from, value) in command.of_arguments() {
        let at = value.key.resolved_at(span);
        let (method, tokens) = (Ident::new(key, at), &value.tokens);
        let handed = match from {
            From::Perhaps => quote_spanned!(span=> || #tokens),
            From::Value => tokens.clone(),
            _ => borrowed(tokens),
        };
        quote_spanned!(at=> #draft.#method(#handed);).to_tokens(&mut steps);
    }
    let (private, system) = (&plan.private, borrowed(&command.system.tokens));
    quote_spanned!(span=> #setup.command(#system, |#draft: &mut #private::CommandDraft| { #steps });)
}

/// Prints what is said of the result.
pub(crate) fn after(plan: &Plan<'_>, ended: &Ident, result: &Ident) -> TokenStream {
    let mut steps = TokenStream::new();
    for (key, look) in plan.options.command.iter().flat_map(|command| command.of_result()) {
        let at = look.key.resolved_at(Span::mixed_site());
        let (method, look) = (Ident::new(key, at), &look.tokens);
        quote_spanned!(at=> #ended.#method(#result, #look);).to_tokens(&mut steps);
    }
    steps
}
