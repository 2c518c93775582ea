//! What is done with the result: `outcome`, `error_type`, `ret`, `err`.

use proc_macro2::Ident;
use proc_macro2::Span;
use proc_macro2::TokenStream;
use quote::ToTokens as _;
use quote::format_ident;
use quote::quote;
use quote::quote_spanned;

use crate::expand::command;
use crate::expand::metric;
use crate::options::Options;
use crate::options::Show;
use crate::plan::Choice;
use crate::plan::Form;
use crate::plan::Metric;
use crate::plan::Plan;

/// Prints `.observe(..)`; nothing where no option looks at the result.
pub(crate) fn print(plan: &Plan<'_>) -> TokenStream {
    let span = Span::mixed_site();
    let (private, options) = (&plan.private, &plan.options);
    let [ended, result, error] = ["__ended", "__result", "__error"].map(|name| Ident::new(name, span));
    let mut steps = TokenStream::new();
    if let Some(outcome) = &options.outcome {
        let classify = called(&outcome.tokens);
        let at = at(outcome.key);
        quote_spanned!(at=> #ended.outcome(#classify(#result));).to_tokens(&mut steps);
    }
    if let Some((key, show)) = options.ret {
        let method = format_ident!("ret_{}", word(show), span = at(key));
        quote_spanned!(at(key)=> #ended.#method(#result);).to_tokens(&mut steps);
    }
    let mut failed = TokenStream::new();
    let mut place = span;
    if let Some(error_type) = &options.error_type {
        let name = called(&error_type.tokens);
        place = at(error_type.key);
        quote_spanned!(place=> #ended.error_type(#name(#error));).to_tokens(&mut failed);
    }
    if let Some((key, show)) = options.err {
        place = at(key);
        let method = format_ident!("err_{}", word(show), span = place);
        quote_spanned!(place=> #ended.#method(#error);).to_tokens(&mut failed);
    }
    if !failed.is_empty() {
        quote_spanned!(place=> if let ::core::result::Result::Err(#error) = #result { #failed })
            .to_tokens(&mut steps);
    }
    metric::looks(private, &plan.metrics, &ended, &result).to_tokens(&mut steps);
    steps.extend(command::after(plan, &ended, &result));
    if steps.is_empty() {
        return steps;
    }
    let looks = plan.metrics.iter().any(Metric::observes);
    let by_type = matches!(plan.returned.choice, Choice::ByType(_));
    // A look of the user's own needs to know as much of the type as can be written down.
    let written = plan.returned.annotation.as_ref().filter(|_| looks && !by_type);
    let seen = plan.returned.seen.as_ref().or(written).map(|seen| quote!(: &#seen));
    // At the first option, where the compiler says that there is no result to look at.
    let method = Ident::new(method(plan.returned.form), first(options).or(metric_key(plan)).map_or(span, at));
    let look = quote_spanned!(span=> |#ended: &mut #private::Ended, #result #seen| { #steps });
    match &plan.returned.choice {
        // Only the compiler knows what it is.
        Choice::ByType(returned) if seen.is_none() && looks => {
            quote_spanned!(span=> .#method(#private::Shape::<#returned>::NEW.look(#look)))
        }
        _ => quote_spanned!(span=> .#method(#look)),
    }
}

/// A box that a function returns is opened, one that a future gives is not.
fn method(form: Form) -> &'static str {
    match form {
        Form::Async | Form::Future => "observe_output",
        _ => "observe",
    }
}

/// The place of the first option that looks at the result.
fn first(options: &Options) -> Option<Span> {
    let outcome = options.outcome.as_ref().map(|outcome| outcome.key);
    let error_type = options.error_type.as_ref().map(|error_type| error_type.key);
    let [ret, err] = [options.ret, options.err].map(|shown| shown.map(|(key, _)| key));
    let command = options.command.as_ref().and_then(|command| command.of_result().next());
    outcome.or(ret).or(error_type).or(err).or(command.map(|(_, look)| look.key))
}

fn metric_key(plan: &Plan<'_>) -> Option<Span> {
    plan.metrics.iter().find(|metric| metric.observes()).map(|metric| metric.key)
}

/// The user's place for errors, our hygiene.
fn at(key: Span) -> Span {
    key.resolved_at(Span::mixed_site())
}

/// An expression as what is called.
fn called(function: &TokenStream) -> TokenStream {
    match syn::parse2::<syn::ExprPath>(function.clone()) {
        Ok(path) => path.into_token_stream(),
        Err(_) => quote!((#function)),
    }
}

fn word(show: Show) -> &'static str {
    match show {
        Show::Debug => "debug",
        Show::Display => "display",
    }
}
