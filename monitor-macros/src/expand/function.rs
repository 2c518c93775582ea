//! One function: its signature as it was, the callsite's static, one call.

use proc_macro2::Delimiter;
use proc_macro2::Group;
use proc_macro2::Span;
use proc_macro2::TokenStream;
use quote::ToTokens as _;
use quote::quote;
use syn::Signature;

use crate::diag::Errors;
use crate::expand::call;
use crate::expand::late;
use crate::expand::site;
use crate::item::Function;
use crate::options::Options;
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
    signature(&function.signature, &plan.parameters.signature, &mut tokens);
    let mut body = site::print(&plan);
    body.extend(late::print(&plan));
    body.extend(call::print(&plan));
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

fn signature(signature: &Signature, inputs: &TokenStream, tokens: &mut TokenStream) {
    let Signature { constness, asyncness, safety, abi, fn_token, ident, generics, variadic, output, .. } =
        signature;
    let where_clause = &generics.where_clause;
    quote!(#constness #asyncness #safety #abi #fn_token #ident #generics).to_tokens(tokens);
    signature.paren_token.surround(tokens, |tokens| {
        inputs.to_tokens(tokens);
        variadic.to_tokens(tokens);
    });
    quote!(#output #where_clause).to_tokens(tokens);
}
