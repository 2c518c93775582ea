//! The one call around the user's body.

use proc_macro2::Ident;
use proc_macro2::Span;
use proc_macro2::TokenStream;
use quote::quote_spanned;

use crate::expand::observe;
use crate::expand::setup;
use crate::expand::site;
use crate::plan::Choice;
use crate::plan::Form;
use crate::plan::Plan;

/// Prints what stands between the function's braces, after the statics.
pub(crate) fn print(plan: &Plan<'_>, opened: bool) -> TokenStream {
    match plan.returned.form {
        Form::Async => asynchronous(plan, opened),
        Form::AsyncNever => never(plan),
        Form::Future => future(plan),
        Form::Guard(_) => guard(plan),
        Form::Stream => stream(plan),
        Form::Sync => sync(plan),
    }
}

fn sync(plan: &Plan<'_>) -> TokenStream {
    let (site, closure) = (site(), closure(plan));
    if matches!(plan.returned.choice, Choice::Plain) && plan.is_bare() {
        // What most functions are, in as few words as can be: the compiler pays for each of them.
        let (private, allowed) = (&plan.private, allowed(plan));
        return quote_spanned!(Span::mixed_site()=> #allowed return #private::plain(&#site, #closure););
    }
    let setup = setup::print(plan);
    on_strategy(plan, quote_spanned!(Span::mixed_site()=> call(&#site, #setup, #closure)))
}

fn asynchronous(plan: &Plan<'_>, opened: bool) -> TokenStream {
    let span = Span::mixed_site();
    let (private, site, setup, body) = (&plan.private, site(), setup::print(plan), body(plan));
    // Never run: tells the compiler the type of every `return`, `?` and of the last expression.
    let typed = match &plan.returned.annotation {
        Some(annotation) if !plan.returned.unit => {
            quote_spanned!(span=> if false { return #private::unreached::<#annotation>(); })
        }
        None if !plan.returned.unit => TokenStream::new(),
        _ => quote_spanned!(span=> if false { return; }),
    };
    let awaited = (!opened).then(|| quote_spanned!(span=> .await));
    let call = quote_spanned!(span=> future(&#site, #setup, async move { #typed #body }) #awaited);
    on_strategy(plan, call)
}

fn never(plan: &Plan<'_>) -> TokenStream {
    let span = Span::mixed_site();
    let (private, site, setup, body) = (&plan.private, site(), setup::print(plan), body(plan));
    let (never, allowed) = (Ident::new("__never", span), allowed(plan));
    quote_spanned! {span=>
        match #private::Plain.future(&#site, #setup, async move {
            #allowed
            #[allow(unreachable_code)]
            { let #never: ::core::convert::Infallible = { #body }; #never }
        }).await {}
    }
}

fn future(plan: &Plan<'_>) -> TokenStream {
    let (site, setup, closure) = (site(), setup::print(plan), closure(plan));
    on_strategy(plan, quote_spanned!(Span::mixed_site()=> make(&#site, #setup, #closure)))
}

fn stream(plan: &Plan<'_>) -> TokenStream {
    let (private, site, setup, closure) = (&plan.private, site(), setup::print(plan), closure(plan));
    let allowed = allowed(plan);
    quote_spanned!(Span::mixed_site()=> #allowed return #private::make_stream(&#site, #setup, #closure);)
}

fn guard(plan: &Plan<'_>) -> TokenStream {
    let span = Span::mixed_site();
    let (private, site, setup, body) = (&plan.private, site(), setup::print(plan), plan.body.nested());
    let guard = Ident::new("__guard", span);
    quote_spanned!(span=> let #guard = #private::guard(&#site, #setup); #body)
}

/// A method call on the strategy that suits the return type. It is returned by the word, as some ask of every
/// function; those who forbid the word do not see it here.
fn on_strategy(plan: &Plan<'_>, call: TokenStream) -> TokenStream {
    let span = Span::mixed_site();
    let (private, observe, allowed) = (&plan.private, observe::print(plan), allowed(plan));
    match &plan.returned.choice {
        Choice::ByType(returned) => {
            quote_spanned! {span=>
                #allowed
                return #private::Shape::<#returned>::NEW.shape() #observe.#call;
            }
        }
        Choice::Fallible => quote_spanned!(span=> #allowed return #private::Fallible #observe.#call;),
        Choice::Plain => quote_spanned!(span=> #allowed return #private::Plain #observe.#call;),
    }
}

/// The lints that would take the call for what it is not.
fn allowed(plan: &Plan<'_>) -> TokenStream {
    let span = Span::mixed_site();
    let mut tokens = TokenStream::new();
    if plan.parameters.assigns {
        tokens.extend(quote_spanned!(span=> #[allow(unused_assignments)]));
    }
    // A future in a box is the result here, and not one that was forgotten.
    if plan.returned.may_be_boxed() {
        tokens.extend(quote_spanned!(span=> #[allow(clippy::async_yields_async)]));
    }
    tokens
}

fn closure(plan: &Plan<'_>) -> TokenStream {
    let span = Span::mixed_site();
    let nested = plan.body.nested();
    match &plan.returned.annotation {
        None if plan.parameters.prologue.is_empty() => quote_spanned!(span=> move || #nested),
        None => {
            let body = body(plan);
            quote_spanned!(span=> move || { #body })
        }
        Some(annotation) if plan.parameters.prologue.is_empty() => {
            quote_spanned!(span=> move || -> #annotation #nested)
        }
        Some(annotation) => {
            let body = body(plan);
            quote_spanned!(span=> move || -> #annotation { #body })
        }
    }
}

/// The prologue and the user's body.
fn body(plan: &Plan<'_>) -> TokenStream {
    let span = Span::mixed_site();
    let (prologue, nested) = (&plan.parameters.prologue, plan.body.nested());
    if !plan.parameters.declares {
        return quote_spanned!(span=> #prologue #nested);
    }
    // A variable of its own, so that the last expression's temporaries go before the arguments they borrow.
    let result = Ident::new("__result", span);
    match &plan.returned.annotation {
        _ if plan.returned.unit => quote_spanned!(span=> #prologue let () = #nested;),
        Some(annotation) => quote_spanned!(span=> #prologue let #result: #annotation = #nested; #result),
        None => quote_spanned!(span=> #prologue let #result = #nested; #result),
    }
}
