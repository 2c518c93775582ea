//! One declared metric, decided.

use std::cell::RefCell;

use proc_macro2::Ident;
use proc_macro2::Span;
use proc_macro2::TokenStream;
use quote::ToTokens as _;
use syn::Signature;

use crate::diag::Errors;
use crate::options::Kind;
use crate::options::MetricOptions;
use crate::options::Named;
use crate::options::Options;
use crate::plan::Parameters;
use crate::plan::Returned;
use crate::plan::metric_name::Name;
use crate::plan::metric_way::Amount;
use crate::plan::metric_way::Way;
use crate::plan::metric_way::When;
use crate::plan::metric_way::way;

/// A declared metric.
pub(crate) struct Metric {
    pub(crate) kind: Kind,
    pub(crate) key: Span,
    pub(crate) name: Name,
    pub(crate) unit: String,
    pub(crate) description: String,
    pub(crate) labels: Vec<(String, TokenStream)>,
    /// How many combinations of label values there may be; 0 where their types say it.
    pub(crate) max: u32,
    pub(crate) buckets: Option<TokenStream>,
    /// Of the `#[cfg_attr(condition, ..)]` that it stands in.
    pub(crate) condition: Option<TokenStream>,
    pub(crate) way: Way,
}

/// What a metric needs to know of its function.
pub(crate) struct Around<'a> {
    pub(crate) signature: &'a Signature,
    pub(crate) returned: &'a Returned,
    pub(crate) parameters: &'a Parameters,
    pub(crate) options: &'a Options,
    pub(crate) description: &'a str,
}

/// Decides the metrics of one function, and refuses those that contradict an earlier one of their name.
pub(crate) fn all(
    options: Vec<(Option<TokenStream>, MetricOptions)>,
    around: &Around<'_>,
    earlier: &RefCell<Vec<(String, String)>>,
    errors: &mut Errors,
) -> Vec<Metric> {
    let mut metrics: Vec<Metric> = Vec::new();
    for (condition, options) in options {
        let Some(metric) = Metric::new(options, condition, around, errors) else { continue };
        let (name, identity) = (metric.name.text.clone(), metric.identity());
        let mut earlier = earlier.borrow_mut();
        match earlier.iter().find(|(known, _)| *known == name) {
            // Only the compiler knows which conditions hold at once.
            Some((_, other)) if *other != identity && metric.condition.is_none() => {
                let message =
                    format!("`{name}` is declared as {other} already; as {identity} it needs another name");
                errors.at_span(metric.name.literal, message);
            }
            _ => earlier.push((name, identity)),
        }
        metrics.push(metric);
    }
    metrics
}

impl Metric {
    /// Decides everything; none where something is wrong.
    pub(crate) fn new(
        options: MetricOptions,
        condition: Option<TokenStream>,
        around: &Around<'_>,
        errors: &mut Errors,
    ) -> Option<Metric> {
        let mut own = Errors::default();
        let Named { kind, key, name: written, literal } = options.named.clone()?;
        let name = Name::read(&written, literal, &mut own);
        let way = way(&options, kind, key, around, &mut own);
        let (mut given, max) = match options.labels.clone() {
            Some((_, labels)) => (labels.values, labels.max),
            None => (Vec::new(), 0),
        };
        if let Some((span, _)) = options.labels.as_ref().filter(|_| options.read.is_some()) {
            own.at_span(*span, "`read` has no labels: the function gives one value");
        }
        // In the order of the template, the others after them.
        let mut labels = Vec::new();
        for label in &name.labels {
            if labels.iter().any(|(known, _)| known == label) {
                own.at_span(literal, format!("label `{label}` is in the name twice"));
            } else if let Some(found) = given.iter().position(|(known, _)| known == label) {
                labels.push(given.remove(found));
            } else if matches!(way, Some(Way::Calls { .. })) && around.parameters.names().contains(label) {
                // At the text, so that errors about its type are there.
                let argument = Ident::new(label, literal);
                labels.push((label.clone(), argument.into_token_stream()));
            } else {
                own.at_span(literal, no_value(label, &given, around));
            }
        }
        labels.append(&mut given);
        if labels.len() > 16 {
            own.at_span(literal, "a metric has at most 16 labels");
        }
        if max > 0 && labels.is_empty() && own.is_empty() {
            let span = options.labels.as_ref().map_or(key, |(span, _)| *span);
            own.at_span(span, "`max` bounds the values of labels, but this metric has none: `labels(host = host, max = 64)`");
        }
        if let Some((span, _)) = options.buckets.as_ref().filter(|_| kind != Kind::Histogram) {
            own.at_span(*span, format!("`buckets` are those of a histogram, not of a `{}`", kind.key()));
        }
        let right = own.is_empty();
        errors.append(own);
        let way = way.filter(|_| right)?;
        let seconds = matches!(way, Way::Calls { value: Amount::Duration, .. }).then(|| "s".to_owned());
        Some(Metric {
            kind,
            key,
            name,
            unit: options.unit.map(|(_, unit)| unit).or(seconds).unwrap_or_default(),
            description: options.description.unwrap_or_else(|| around.description.to_owned()),
            labels,
            max,
            buckets: options.buckets.map(|(_, bounds)| bounds),
            condition,
            way,
        })
    }

    /// Whether it is the calls that give it values.
    pub(crate) fn is_of_calls(&self) -> bool {
        matches!(self.way, Way::Calls { .. })
    }

    /// Whether it looks at the result.
    pub(crate) fn observes(&self) -> bool {
        match &self.way {
            Way::Calls { on, value } => {
                matches!(on, When::Result(_)) || matches!(value, Amount::Result | Amount::Seen(_))
            }
            Way::Read | Way::Watch => false,
        }
    }

    /// What makes another metric of the name a contradiction.
    pub(crate) fn identity(&self) -> String {
        let labels: Vec<&str> = self.labels.iter().map(|(name, _)| name.as_str()).collect();
        let unit = if self.unit.is_empty() { String::new() } else { format!(" in `{}`", self.unit) };
        let of = if labels.is_empty() { String::new() } else { format!(" by `{}`", labels.join("`, `")) };
        format!("`{}`{unit}{of}", self.kind.key())
    }
}

/// What to say of a part of a name that nothing gives a value.
fn no_value(label: &str, given: &[(String, TokenStream)], around: &Around<'_>) -> String {
    let mut known = around.parameters.names();
    known.extend(given.iter().map(|(name, _)| name.clone()));
    let near: Vec<&str> = known.iter().map(String::as_str).collect();
    match crate::diag::nearest(label, &near) {
        Some(candidate) => {
            format!("`{{{label}}}` has no value: no argument has this name; did you mean `{{{candidate}}}`?")
        }
        None => format!(
            "`{{{label}}}` has no value: no argument has this name; give it one with `labels({label} = .., max = 64)`"
        ),
    }
}
