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
use crate::expand::metric;
use crate::expand::site;
use crate::item::Function;
use crate::item::Which;
use crate::options;
use crate::options::MetricOptions;
use crate::options::Options;
use crate::plan;
use crate::plan::Form;
use crate::plan::Metric;
use crate::plan::Plan;
use crate::plan::Surroundings;
use crate::plan::Way;

/// Prints the function, as a call that is monitored or, where all of its metrics are read by snapshots and nobody
/// asks for its calls, as it was, with `named` at the beginning of its body; none where it has no body, or where something is wrong with it.
pub(crate) fn print(
    function: &Function,
    options: Option<Options>,
    metrics: Vec<Declared>,
    (around, named): (Option<&Surroundings<'_>>, TokenStream),
    errors: &mut Errors,
) -> Option<TokenStream> {
    if let (None, Some(signature)) = (&function.body, metrics.first().map(|_| &function.signature)) {
        errors.at(
            &signature.ident,
            "a metric needs a function with a body: put it where the function is implemented",
        );
        return None;
    }
    match options {
        None if is_collected(&metrics) => collected(function, metrics, (around, named), errors),
        options => monitored(function, options.unwrap_or_default(), metrics, (around, named), errors),
    }
}

/// A metric as it is declared, with the condition that it stands under.
pub(crate) type Declared = (Option<TokenStream>, MetricOptions);

/// Whether there are metrics, and no call gives one of them a value.
pub(crate) fn is_collected(metrics: &[Declared]) -> bool {
    !metrics.is_empty() && metrics.iter().all(|(_, metric)| metric.is_collected())
}

/// The metrics that are declared on a function.
pub(crate) fn declared(function: &Function, errors: &mut Errors) -> Vec<Declared> {
    let own = function.attributes.own(Which::Metric);
    own.map(|own| (own.condition.clone(), options::read_metric(own.arguments.clone(), own.span, errors)))
        .collect()
}

fn monitored(
    function: &Function,
    options: Options,
    metrics: Vec<Declared>,
    (around, named): (Option<&Surroundings<'_>>, TokenStream),
    errors: &mut Errors,
) -> Option<TokenStream> {
    let plan = Plan::new(function, options, metrics, around, errors)?;
    let called = called(function, &plan.metrics, around, errors);
    let mut tokens = allowed(function, &plan);
    function.attributes.to_tokens(&mut tokens);
    tokens.extend(plan.body.hoisted.clone());
    function.visibility.to_tokens(&mut tokens);
    function.default.to_tokens(&mut tokens);
    let opened = opened(function, &plan, around);
    signature(&function.signature, &plan.parameters.signature, opened.as_ref(), &mut tokens);
    let mut body = named;
    body.extend(site::print(&plan));
    body.extend(metric::statics(&plan.private, &plan.metrics, &called));
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
    let Signature { ident, .. } = &function.signature;
    tokens.extend(metric::watches(&plan.private, &plan.metrics, &function.visibility, ident));
    Some(tokens)
}

/// The function as it was, and beside it what reads it.
fn collected(
    function: &Function,
    metrics: Vec<Declared>,
    (around, named): (Option<&Surroundings<'_>>, TokenStream),
    errors: &mut Errors,
) -> Option<TokenStream> {
    let body = function.body.as_ref()?;
    let krate = metrics.iter().find_map(|(_, metric)| metric.krate.clone());
    let private = plan::private(krate.or(around.and_then(|around| around.options.krate.clone())));
    let metrics = plan::collected(function, metrics, around, errors);
    let called = called(function, &metrics, around, errors);
    let mut tokens = function.attributes.to_token_stream();
    tokens.extend(body.hoisted.clone());
    function.visibility.to_tokens(&mut tokens);
    function.default.to_tokens(&mut tokens);
    function.signature.to_tokens(&mut tokens);
    let mut inner = named;
    inner.extend(metric::statics(&private, &metrics, &called));
    inner.extend(body.group.stream());
    let mut braces = Group::new(Delimiter::Brace, inner);
    braces.set_span(body.group.span());
    braces.to_tokens(&mut tokens);
    tokens.extend(metric::watches(&private, &metrics, &function.visibility, &function.signature.ident));
    Some(tokens)
}

/// How a snapshot calls the function.
fn called(
    function: &Function,
    metrics: &[Metric],
    around: Option<&Surroundings<'_>>,
    errors: &mut Errors,
) -> TokenStream {
    let name = &function.signature.ident;
    let Some(around) = around else { return name.to_token_stream() };
    for metric in metrics.iter().filter(|metric| matches!(metric.way, Way::Watch) && !around.open) {
        errors.at_span(
            metric.key,
            "`watch` adds a method beside this one, which a trait cannot have: put it on a method of the type itself",
        );
    }
    match &around.path {
        Ok(path) => quote!(#path::#name),
        Err(why) => {
            for metric in metrics.iter().filter(|metric| matches!(metric.way, Way::Read)) {
                errors.at_span(metric.key, format!("`read` needs one function, but {why}"));
            }
            name.to_token_stream()
        }
    }
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
