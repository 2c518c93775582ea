//! One function: its signature, the callsite's static, one call.

use proc_macro2::Delimiter;
use proc_macro2::Group;
use proc_macro2::Span;
use proc_macro2::TokenStream;
use quote::ToTokens as _;
use quote::quote;
use quote::quote_spanned;
use syn::Safety;
use syn::Signature;
use syn::Visibility;

use crate::diag::Errors;
use crate::expand::call;
use crate::expand::late;
use crate::expand::site;
use crate::item::Function;
use crate::options::Options;
use crate::plan::Form;
use crate::plan::Plan;
use crate::plan::Surroundings;

/// Prints the function; none where it has no body, or where something is wrong with it.
pub(crate) fn print(
    function: &Function,
    options: Options,
    around: Option<&Surroundings<'_>>,
    errors: &mut Errors,
) -> Option<TokenStream> {
    let plan = Plan::new(function, options, around, errors)?;
    let mut tokens = allowed(function, &plan);
    function.attributes.to_tokens(&mut tokens);
    tokens.extend(plan.body.hoisted.clone());
    function.visibility.to_tokens(&mut tokens);
    function.default.to_tokens(&mut tokens);
    let opened = opened(function, &plan, around);
    signature(&function.signature, &plan.parameters.signature, opened.as_ref(), &mut tokens);
    let mut body = site::print(&plan);
    body.extend(late::print(&plan));
    body.extend(call::print(&plan, opened.is_some()));
    let mut braces = Group::new(Delimiter::Brace, body);
    let span = plan.body.group.span();
    braces.set_span(if is_judged_by_its_look(function) {
        span.resolved_at(Span::mixed_site())
    } else {
        span
    });
    braces.to_tokens(&mut tokens);
    Some(tokens)
}

/// Of these clippy thinks that one body alone is right, and looks at what we made of it, unless a macro wrote the
/// braces. Those of other functions stay the user's, as lints about what he wrote need them.
fn is_judged_by_its_look(function: &Function) -> bool {
    ["clone", "partial_cmp"].iter().any(|name| function.signature.ident == name)
}

/// A function like `fn is_send<T: Send>() {}` asks the compiler something. Clippy knows it by its empty body, which
/// is empty no more.
fn allowed(function: &Function, plan: &Plan<'_>) -> TokenStream {
    let asks = function.signature.generics.type_params().next().is_some();
    if !asks || !plan.body.group.stream().is_empty() {
        return TokenStream::new();
    }
    quote!(#[allow(clippy::extra_unused_type_parameters)])
}

/// The return type with which the function can do without `async`: a coroutine around the one that runs the body
/// is half of what the compiler pays for an annotated `async fn`.
///
/// Nobody can tell the difference: nothing runs before the first poll, every argument lives as long, and all
/// lifetimes are captured, for the words are of this crate's edition. A public function keeps its word for the
/// sake of its documentation.
fn opened(function: &Function, plan: &Plan<'_>, around: Option<&Surroundings<'_>>) -> Option<TokenStream> {
    let signature = &function.signature;
    let possible = plan.returned.form == Form::Async
        && plan.parameters.complete
        && plan.is_bare()
        && matches!(signature.safety, Safety::Default)
        && signature.abi.is_none()
        && !matches!(function.visibility, Visibility::Public(_))
        && function.attributes.are_inert()
        && around.is_none_or(|around| around.inert);
    // Not with an `impl Trait` in it, which would be another one in each place.
    let named = plan.returned.unit || plan.returned.seen.is_some();
    let annotation = plan.returned.annotation.as_ref().filter(|_| possible && named)?;
    let span = Span::mixed_site();
    Some(quote_spanned!(span=> -> impl ::core::future::Future<Output = #annotation>))
}

fn signature(
    signature: &Signature,
    inputs: &TokenStream,
    opened: Option<&TokenStream>,
    tokens: &mut TokenStream,
) {
    let Signature { constness, asyncness, safety, abi, fn_token, ident, generics, variadic, output, .. } =
        signature;
    let where_clause = &generics.where_clause;
    let asyncness = asyncness.as_ref().filter(|_| opened.is_none());
    let output = opened.cloned().unwrap_or_else(|| output.to_token_stream());
    quote!(#constness #asyncness #safety #abi #fn_token #ident #generics).to_tokens(tokens);
    signature.paren_token.surround(tokens, |tokens| {
        inputs.to_tokens(tokens);
        variadic.to_tokens(tokens);
    });
    quote!(#output #where_clause).to_tokens(tokens);
}
