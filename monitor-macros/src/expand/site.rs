//! The callsite's static: everything that is known without running the function.

use proc_macro2::Ident;
use proc_macro2::Span;
use proc_macro2::TokenStream;
use quote::ToTokens as _;
use quote::quote_spanned;

use crate::expand::site;
use crate::plan::Plan;

/// Prints the static, with those details only that are not as by default.
pub(crate) fn print(plan: &Plan<'_>) -> TokenStream {
    let span = Span::mixed_site();
    let (site, private, options) = (site(), &plan.private, &plan.options);
    let crate::plan::Metadata { name, description, line, fields } = &plan.metadata;
    let mut members = TokenStream::new();
    if let Some(kind) = options.kind {
        let kind = Ident::new(kind, span);
        quote_spanned!(span=> kind: #private::SpanKind::#kind,).to_tokens(&mut members);
    }
    if let Some(signals) = options.signals {
        let signals = Ident::new(signals, span);
        quote_spanned!(span=> signals: #private::Signals::#signals,).to_tokens(&mut members);
    }
    for (member, level) in [("level", options.level), ("copy", options.copy.map(|(_, level)| level))] {
        if let Some(level) = level {
            let (member, level) = (Ident::new(member, span), Ident::new(level, span));
            quote_spanned!(span=> #member: #private::TraceLevel::#level,).to_tokens(&mut members);
        }
    }
    if !fields.is_empty() {
        quote_spanned!(span=> fields: &[#(#fields),*],).to_tokens(&mut members);
    }
    if let Some(labels) = &options.labels {
        let names = labels.values.iter().map(|(name, _)| name);
        quote_spanned!(span=> labels: &[#(#names),*],).to_tokens(&mut members);
    }
    if let Some(buckets) = &options.buckets {
        quote_spanned!(span=> buckets: #buckets,).to_tokens(&mut members);
    }
    if let Some(slow) = options.slow {
        quote_spanned!(span=> slow: #slow,).to_tokens(&mut members);
    }
    if options.command.is_some() {
        quote_spanned!(span=> family: ::core::option::Option::Some(#private::command_family),)
            .to_tokens(&mut members);
    }
    let max = options.labels.as_ref().map_or(0, |labels| labels.max);
    let (module, file) =
        (quote_spanned!(span=> ::core::module_path!()), quote_spanned!(span=> ::core::file!()));
    let callsite = if members.is_empty() && description.is_empty() && max == 0 {
        quote_spanned!(span=> at(#name, #module, #file, #line))
    } else {
        let details = match members.is_empty() {
            true => quote_spanned!(span=> ::core::option::Option::None),
            false => quote_spanned! {span=>
                ::core::option::Option::Some(const { &#private::Details { #members ..#private::Details::DEFAULT } })
            },
        };
        quote_spanned! {span=>
            new(#private::Metadata {
                name: #name,
                module: #module,
                file: #file,
                line: #line,
                max: #max,
                description: #description,
                details: #details,
            })
        }
    };
    quote_spanned!(span=> static #site: #private::Callsite = #private::Callsite::#callsite;)
}
