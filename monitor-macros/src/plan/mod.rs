//! The model: every decision about one function, taken before a token is printed.

mod checks;
mod late;
mod metric;
mod metric_name;
mod metric_way;
mod parameter;
mod returned;

pub(crate) use late::Late;
pub(crate) use late::Node;
pub(crate) use metric::Around;
pub(crate) use metric::Metric;
pub(crate) use metric::all as metrics;
pub(crate) use metric_way::Amount;
pub(crate) use metric_way::Way;
pub(crate) use metric_way::When;
pub(crate) use parameter::Parameters;
pub(crate) use returned::Choice;
pub(crate) use returned::Form;
pub(crate) use returned::Returned;

use std::cell::RefCell;

use proc_macro2::Span;
use proc_macro2::TokenStream;
use proc_macro2::TokenTree;
use quote::ToTokens as _;
use quote::quote;
use syn::ext::IdentExt as _;

use crate::diag::Errors;
use crate::item::Body;
use crate::item::Function;
use crate::options::Capture;
use crate::options::MetricOptions;
use crate::options::Options;

/// One function, decided.
pub(crate) struct Plan<'a> {
    pub(crate) body: &'a Body,
    /// `::monitor_core::__private`
    pub(crate) private: TokenStream,
    pub(crate) metadata: Metadata,
    pub(crate) options: Options,
    /// The fields that are known before the call.
    pub(crate) captures: Vec<Captured>,
    pub(crate) late: Option<Late>,
    pub(crate) metrics: Vec<Metric>,
    /// The plugin's name and whether it ends its chain, where this is a method of one.
    pub(crate) plugin: Option<(String, bool)>,
    pub(crate) parameters: Parameters,
    pub(crate) returned: Returned,
}

/// What is known of a callsite without running it.
pub(crate) struct Metadata {
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) line: u32,
    pub(crate) fields: Vec<String>,
}

/// One field that is known before the call.
pub(crate) struct Captured {
    /// Where its name is among the declared ones.
    pub(crate) index: usize,
    pub(crate) capture: Capture,
    pub(crate) value: TokenStream,
    /// The attributes that may remove the argument it is taken from.
    pub(crate) conditions: TokenStream,
}

/// The block around a method, as far as the method's plan needs it.
pub(crate) struct Surroundings<'a> {
    pub(crate) name: &'a str,
    pub(crate) options: &'a Options,
    /// Whether no other macro stands on the block.
    pub(crate) inert: bool,
    /// The plugin's name, where the block is one.
    pub(crate) plugin: Option<String>,
    /// Whether methods may be added.
    pub(crate) open: bool,
    /// How a function is called that stands in the block, without an argument; or why it cannot be.
    pub(crate) path: Result<TokenStream, &'static str>,
    /// The metrics of the methods so far: name, and what else must agree.
    pub(crate) declared: RefCell<Vec<(String, String)>>,
}

impl<'a> Plan<'a> {
    /// Decides everything; none where the function has no body, or where something is wrong.
    pub(crate) fn new(
        function: &'a Function,
        own: Options,
        metrics: Vec<(Option<TokenStream>, MetricOptions)>,
        around: Option<&Surroundings<'_>>,
        errors: &mut Errors,
    ) -> Option<Plan<'a>> {
        let body = function.body.as_ref()?;
        let signature = &function.signature;
        if let Some(constness) = &signature.constness {
            errors.at(
                constness,
                "a `const fn` cannot be monitored: it may run in the compiler, where no time passes",
            );
            return None;
        }
        let mut returned = Returned::new(signature, function.attributes.has("track_caller"));
        checks::results(&own, &returned, errors);
        checks::levels(&own, errors);
        let bare = signature.ident.unraw().to_string();
        let name = match (&own.name, around) {
            (Some(name), _) => name.clone(),
            (None, Some(around)) => format!("{}::{bare}", around.name),
            (None, None) => bare,
        };
        let mut options = match around {
            Some(around) => own.over(&checks::fitting(around.options, &returned)),
            None => own,
        };
        if options.command.is_some() {
            options.kind.get_or_insert("Client");
        }
        let krate = options.krate.clone().or(metrics.iter().find_map(|(_, metric)| metric.krate.clone()));
        let observed = metrics.iter().any(|(_, metric)| metric.observes());
        if returned.opaque && !options.observe() && !observed {
            returned.form = Form::Guard("returns an `impl Trait`");
        }
        let parameters = match returned.form {
            Form::Guard(_) => Parameters::untouched(signature),
            _ => Parameters::new(signature, &body.group.stream()),
        };
        let mut fields: Vec<String> = options.fields.iter().map(|field| field.name.text()).collect();
        let mut captures = Vec::new();
        for (index, field) in options.fields.iter().enumerate() {
            if let Some((capture, value)) = field.value.clone() {
                captures.push(Captured { index, capture, value, conditions: TokenStream::new() });
            }
        }
        for argument in &options.args {
            let text = argument.name.unraw().to_string();
            let Some(conditions) = parameters.conditions_of(&argument.name) else {
                errors.at(&argument.name, checks::no_argument(&text, &parameters.names()));
                continue;
            };
            if fields.contains(&text) {
                errors
                    .at(&argument.name, format!("field `{text}` is given twice: by `fields` and by `args`"));
                continue;
            }
            let (value, conditions) = (argument.name.to_token_stream(), conditions.clone());
            captures.push(Captured { index: fields.len(), capture: argument.capture, value, conditions });
            fields.push(text);
        }
        let late = Late::new(&options, errors);
        let private = private(krate);
        let description = function.attributes.description();
        let near = Around {
            signature,
            returned: &returned,
            parameters: &parameters,
            options: &options,
            description: &description,
        };
        let fresh = RefCell::default();
        let declared = around.map_or(&fresh, |around| &around.declared);
        let metrics = self::metrics(metrics, &near, declared, errors);
        let terminal = options.terminal.is_some();
        let plugin =
            around.and_then(|around| around.plugin.clone()).filter(|_| signature.receiver().is_some());
        let plugin = plugin.map(|name| (name, terminal));
        let metadata = Metadata { name, description, line: line(signature.ident.span()), fields };
        Some(Plan { body, private, metadata, options, captures, late, metrics, plugin, parameters, returned })
    }

    /// The value of the only label, and whether its type tells the number of values: where there is nothing else to
    /// evaluate before the call, and this is a name, so that nothing runs to get at it.
    pub(crate) fn only_label(&self) -> Option<(&TokenStream, bool)> {
        let Options { command, labels, monitor, parent, links, .. } = &self.options;
        let labels = labels.as_ref()?;
        let [(_, value)] = &labels.values[..] else { return None };
        let alone = command.is_none()
            && monitor.is_none()
            && parent.is_none()
            && links.is_none()
            && self.captures.is_empty()
            && self.has_no_companions();
        let mut tokens = value.clone().into_iter();
        let name = matches!((tokens.next(), tokens.next()), (Some(TokenTree::Ident(_)), None));
        let at_hand = alone && name && self.parameters.parts_for(value).is_empty();
        at_hand.then_some((value, labels.max == 0))
    }
}

impl Plan<'_> {
    /// Whether nothing is evaluated for a call, neither before nor after it.
    pub(crate) fn is_bare(&self) -> bool {
        let Options { command, monitor, labels, parent, links, outcome, error_type, ret, err, .. } =
            &self.options;
        let before =
            command.is_none() && monitor.is_none() && labels.is_none() && parent.is_none() && links.is_none();
        let after = outcome.is_none() && error_type.is_none() && ret.is_none() && err.is_none();
        before && after && self.captures.is_empty() && self.late.is_none() && self.has_no_companions()
    }

    /// Whether a call has neither a plugin nor values of metrics to take along.
    fn has_no_companions(&self) -> bool {
        self.plugin.is_none() && !self.metrics.iter().any(Metric::is_of_calls)
    }
}

/// The metrics of a function whose calls nobody asks for.
pub(crate) fn collected(
    function: &Function,
    metrics: Vec<(Option<TokenStream>, MetricOptions)>,
    around: Option<&Surroundings<'_>>,
    errors: &mut Errors,
) -> Vec<Metric> {
    let signature = &function.signature;
    let near = Around {
        signature,
        returned: &Returned::new(signature, function.attributes.has("track_caller")),
        parameters: &Parameters::untouched(signature),
        options: &Options::default(),
        description: &function.attributes.description(),
    };
    let fresh = RefCell::default();
    self::metrics(metrics, &near, around.map_or(&fresh, |around| &around.declared), errors)
}

/// The path of the macros' door.
pub(crate) fn private(krate: Option<TokenStream>) -> TokenStream {
    match krate {
        Some(path) => quote!(#path::__private),
        None => quote!(::monitor_core::__private),
    }
}

/// The line of a place; outside of the compiler, as in a unit test, there are none.
fn line(span: Span) -> u32 {
    if proc_macro::is_available() { u32::try_from(span.unwrap().line()).unwrap_or_default() } else { 0 }
}
