//! The declared metrics of a function: their statics, what a call gives them, and what a snapshot reads.

use proc_macro2::Ident;
use proc_macro2::Span;
use proc_macro2::TokenStream;
use quote::ToTokens as _;
use quote::format_ident;
use quote::quote;
use quote::quote_spanned;
use syn::Visibility;

use crate::expand::setup::borrowed;
use crate::expand::setup::place;
use crate::options::Kind;
use crate::options::Look;
use crate::options::Moment;
use crate::plan::Amount;
use crate::plan::Metric;
use crate::plan::Way;
use crate::plan::When;

/// A metric's static; items have no hygiene of their own, so its name is one that nobody takes.
fn name(index: usize) -> Ident {
    format_ident!("__PLUGIN_METRIC_{index}", span = Span::mixed_site())
}

/// Prints the statics of what calls give values to, and of what is read from `function`.
pub(crate) fn statics(private: &TokenStream, metrics: &[Metric], function: &TokenStream) -> TokenStream {
    let span = Span::mixed_site();
    let mut tokens = TokenStream::new();
    for (index, metric) in metrics.iter().enumerate() {
        let declaration = declaration(private, metric);
        let (kind, value) = match &metric.way {
            Way::Calls { .. } => (
                quote_spanned!(span=> PluginMetric),
                quote_spanned!(span=> #private::PluginMetric::new(#declaration)),
            ),
            Way::Read => {
                let at = metric.key.resolved_at(span);
                let told = told(metric, &quote_spanned!(at=> &#function()));
                let read = quote_spanned!(span=> |__value: &mut #private::MetricValue| #told);
                (
                    quote_spanned!(span=> ReadMetric),
                    quote_spanned!(span=> #private::ReadMetric::new(#declaration, #read)),
                )
            }
            Way::Watch => continue,
        };
        listed(private, metric, index, &kind, &value).to_tokens(&mut tokens);
    }
    tokens
}

/// The static, and its place in the linker's list.
fn listed(
    private: &TokenStream,
    metric: &Metric,
    index: usize,
    kind: &TokenStream,
    value: &TokenStream,
) -> TokenStream {
    let span = Span::mixed_site();
    let (name, conditions) = (name(index), conditions(metric));
    let declared = format_ident!("{name}_DECLARED");
    quote_spanned! {span=>
        #conditions static #name: #private::#kind = #value;
        #conditions #private::linked::declare!(#declared, #name.declared());
    }
}

fn conditions(metric: &Metric) -> Option<TokenStream> {
    metric.condition.as_ref().map(|condition| quote!(#[cfg(#condition)]))
}

fn declaration(private: &TokenStream, metric: &Metric) -> TokenStream {
    let span = Span::mixed_site();
    let kind = Ident::new(
        match metric.kind {
            Kind::Counter => "Counter",
            Kind::Gauge => "Gauge",
            Kind::Histogram => "Histogram",
            Kind::UpDownCounter => "UpDownCounter",
        },
        span,
    );
    let name = &metric.name.text;
    let mut tokens = quote_spanned! {span=>
        #private::Declaration::new(#private::MetricKind::#kind, #name, ::core::module_path!())
    };
    let texts =
        [("template", &metric.name.template), ("unit", &metric.unit), ("description", &metric.description)];
    for (method, text) in texts.into_iter().filter(|(_, text)| !text.is_empty()) {
        let method = Ident::new(method, span);
        quote_spanned!(span=> .#method(#text)).to_tokens(&mut tokens);
    }
    if !metric.labels.is_empty() {
        let (names, max) = (metric.labels.iter().map(|(name, _)| name), metric.max);
        quote_spanned!(span=> .labels(&[#(#names),*], #max)).to_tokens(&mut tokens);
    }
    if let Some(buckets) = &metric.buckets {
        quote_spanned!(span=> .buckets(#buckets)).to_tokens(&mut tokens);
    }
    tokens
}

/// Prints what a call gives its metrics before it begins.
pub(crate) fn steps(private: &TokenStream, metrics: &[Metric], setup: &Ident) -> TokenStream {
    let span = Span::mixed_site();
    let mut tokens = TokenStream::new();
    for (index, metric) in metrics.iter().enumerate() {
        let Way::Calls { on, value } = &metric.way else { continue };
        let (name, conditions, labels) = (name(index), conditions(metric), labels(metric));
        let moments = moments(private, on);
        let value = match value {
            Amount::Before(value) => {
                let told = told(metric, &borrowed(value));
                quote_spanned!(span=> |__value| #told)
            }
            Amount::Duration => quote_spanned!(span=> |__value| __value.duration()),
            Amount::One => quote_spanned!(span=> |__value| __value.one()),
            Amount::Result | Amount::Seen(_) => quote_spanned!(span=> |_| {}),
        };
        quote_spanned!(span=> #conditions #setup.metric(&#name, #moments, #value, #labels);)
            .to_tokens(&mut tokens);
    }
    tokens
}

/// Prints what the result of a call gives its metrics.
pub(crate) fn looks(private: &TokenStream, metrics: &[Metric], ended: &Ident, result: &Ident) -> TokenStream {
    let span = Span::mixed_site();
    let mut tokens = TokenStream::new();
    for (index, metric) in metrics.iter().enumerate().filter(|(_, metric)| metric.observes()) {
        let Way::Calls { on, value } = &metric.way else { continue };
        let (name, conditions) = (name(index), conditions(metric));
        let told = match value {
            Amount::Result => {
                let at = metric.key.resolved_at(span);
                told(metric, &quote_spanned!(at=> #result))
            }
            Amount::Seen(seen) => {
                let (at, value) = (place(&seen.body), look(private, result, seen, false));
                told(metric, &quote_spanned!(at=> &(#value)))
            }
            Amount::Before(_) | Amount::Duration | Amount::One => TokenStream::new(),
        };
        let hit = match on {
            When::Moments(_) => quote_spanned!(span=> false),
            When::Result(seen) => look(private, result, seen, true),
        };
        quote_spanned!(span=> #conditions #ended.metric(&#name, |__value| { #told; #hit });)
            .to_tokens(&mut tokens);
    }
    tokens
}

/// The user's look at the result. Where its argument is a pattern that does not always fit, what does not fit is
/// nothing to record.
fn look(private: &TokenStream, result: &Ident, look: &Look, is_condition: bool) -> TokenStream {
    let span = Span::mixed_site();
    let Look { closure, pattern, body, always } = look;
    if *always {
        return quote_spanned!(span=> #private::look(#result, #closure));
    }
    let seen = Ident::new("__seen", span);
    let (fits, other) = match is_condition {
        true => (body.clone(), quote_spanned!(span=> false)),
        false => (
            quote_spanned!(span=> ::core::option::Option::Some(#body)),
            quote_spanned!(span=> ::core::option::Option::None),
        ),
    };
    quote_spanned! {span=>
        #private::look(#result, |#seen| {
            #[allow(unreachable_patterns)]
            match #seen { #pattern => #fits, _ => #other }
        })
    }
}

/// Prints the methods that watch an object, beside the one that gives the value.
pub(crate) fn watches(
    private: &TokenStream,
    metrics: &[Metric],
    visibility: &Visibility,
    method: &Ident,
) -> TokenStream {
    let span = Span::mixed_site();
    let mut tokens = TokenStream::new();
    for (index, metric) in metrics.iter().enumerate().filter(|(_, metric)| matches!(metric.way, Way::Watch)) {
        let declaration = declaration(private, metric);
        let value = quote_spanned!(span=> #private::WatchedMetric::new(#declaration));
        let kind = quote_spanned!(span=> WatchedMetric);
        let (statics, name, labels) =
            (listed(private, metric, index, &kind, &value), name(index), labels(metric));
        let (conditions, watch) = (conditions(metric), format_ident!("watch_{method}", span = method.span()));
        let this = Ident::new("self", Span::call_site());
        let told = told(metric, &quote_spanned!(metric.key.resolved_at(span)=> &Self::#method(__this)));
        let text = format!("Shows `{}` in every snapshot until the guard is dropped.", metric.name.text);
        quote_spanned! {span=>
            #conditions
            #[doc = #text]
            #visibility fn #watch(#this: &::std::sync::Arc<Self>) -> #private::Watch
            where
                Self: ::core::marker::Send + ::core::marker::Sync + 'static,
            {
                #statics
                #name.watch(#this, #labels, |__this: &Self, __value: &mut #private::MetricValue| #told)
            }
        }
        .to_tokens(&mut tokens);
    }
    tokens
}

/// The value, as the kind of the metric takes it.
fn told(metric: &Metric, value: &TokenStream) -> TokenStream {
    let span = Span::mixed_site();
    let unit = &metric.unit;
    match metric.kind {
        Kind::Counter | Kind::UpDownCounter => quote_spanned!(span=> __value.whole(#value)),
        Kind::Gauge | Kind::Histogram => quote_spanned!(span=> __value.number(#value, #unit)),
    }
}

fn labels(metric: &Metric) -> TokenStream {
    let span = Span::mixed_site();
    if metric.labels.is_empty() {
        return quote_spanned!(span=> |_| {});
    }
    let method = Ident::new(if metric.max > 0 { "text" } else { "bounded" }, span);
    let values = metric.labels.iter().map(|(_, value)| borrowed(value));
    quote_spanned!(span=> |__labels| { #(__labels.#method(#values);)* })
}

fn moments(private: &TokenStream, on: &When) -> TokenStream {
    let span = Span::mixed_site();
    let When::Moments(moments) = on else {
        return quote_spanned!(span=> #private::Moments::NONE);
    };
    let mut each = moments.iter().map(|moment| {
        let name = Ident::new(
            match moment {
                Moment::Call => "CALL",
                Moment::Cancelled => "CANCELLED",
                Moment::Error => "ERROR",
                Moment::Ok => "OK",
                Moment::Panic => "PANIC",
            },
            span,
        );
        quote_spanned!(span=> #private::Moments::#name)
    });
    let first = each.next().unwrap_or_else(|| quote_spanned!(span=> #private::Moments::NONE));
    each.fold(first, |all, one| quote_spanned!(span=> #all.and(#one)))
}
