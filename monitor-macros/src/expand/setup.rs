//! What is evaluated before the call, and only when the callsite is on.

use proc_macro2::Ident;
use proc_macro2::Span;
use proc_macro2::TokenStream;
use quote::ToTokens as _;
use quote::quote_spanned;

use crate::expand::command;
use crate::expand::metric;
use crate::expand::site;
use crate::options::Capture;
use crate::options::Show;
use crate::plan::Plan;

/// Prints the expression that gives the `Setup`.
pub(crate) fn print(plan: &Plan<'_>) -> TokenStream {
    let span = Span::mixed_site();
    let (private, options) = (&plan.private, &plan.options);
    if let Some((value, bounded)) = plan.only_label() {
        let method = Ident::new(if bounded { "bounded_label" } else { "label" }, span);
        let (site, value) = (site(), borrowed(value));
        return quote_spanned!(span=> #site.#method(#value));
    }
    let setup = Ident::new("__setup", span);
    let mut steps = TokenStream::new();
    if let Some((name, terminal)) = &plan.plugin {
        let terminal = terminal.then(|| quote_spanned!(span=> .terminal()));
        quote_spanned!(span=> #setup.plugin(#private::Plugin::new(#name)#terminal);).to_tokens(&mut steps);
    }
    if let Some(monitor) = &options.monitor {
        let monitor = borrowed(&monitor.tokens);
        quote_spanned!(span=> #setup.monitor(#monitor);).to_tokens(&mut steps);
    }
    if let Some(labels) = &options.labels {
        let make = Ident::new(if labels.max > 0 { "text" } else { "bounded" }, span);
        let values = labels.values.iter().map(|(_, value)| {
            let value = borrowed(value);
            quote_spanned!(span=> #private::LabelRef::#make(#value))
        });
        quote_spanned!(span=> #setup.labels(&[#(#values),*]);).to_tokens(&mut steps);
    }
    if let Some(parent) = &options.parent {
        let parent = &parent.tokens;
        quote_spanned!(span=> #setup.parent(#parent);).to_tokens(&mut steps);
    }
    if let Some(links) = &options.links {
        let links = &links.tokens;
        quote_spanned!(span=> #setup.links(#links);).to_tokens(&mut steps);
    }
    for captured in &plan.captures {
        let method = Ident::new(method(captured.capture), span);
        let (index, value, conditions) = (captured.index, borrowed(&captured.value), &captured.conditions);
        quote_spanned!(span=> #conditions #setup.#method(#index, #value);).to_tokens(&mut steps);
    }
    metric::steps(private, &plan.metrics, &setup).to_tokens(&mut steps);
    // The last one: of a sensitive command it takes away what was said before.
    steps.extend(command::before(plan, &setup));
    if steps.is_empty() {
        return quote_spanned!(span=> #private::Setup::none());
    }
    let (site, parts) = (site(), plan.parameters.parts_for(&steps));
    quote_spanned!(span=> #site.prepare(|#setup| { #parts #steps }))
}

/// A reference to an expression, at the expression's place, so that errors about its type point there.
pub(crate) fn borrowed(value: &TokenStream) -> TokenStream {
    let span = place(value);
    match value.clone().into_iter().nth(1) {
        Some(_) => quote_spanned!(span=> &(#value)),
        None => quote_spanned!(span=> &#value),
    }
}

/// Where an expression begins.
pub(crate) fn place(value: &TokenStream) -> Span {
    let first = value.clone().into_iter().next().map_or_else(Span::mixed_site, |token| token.span());
    first.resolved_at(Span::mixed_site())
}

fn method(capture: Capture) -> &'static str {
    match capture {
        Capture::Text(Show::Debug) => "field_debug",
        Capture::Text(Show::Display) => "field_display",
        Capture::Value => "field",
    }
}
