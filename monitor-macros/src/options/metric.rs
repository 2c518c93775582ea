//! The options of `#[plugin_metric]`: a table of their own.

use proc_macro2::Ident;
use proc_macro2::Span;
use proc_macro2::TokenStream;
use quote::ToTokens as _;
use syn::Expr;
use syn::ExprClosure;
use syn::Lit;
use syn::Pat;
use syn::UnOp;
use syn::ext::IdentExt as _;

use crate::diag::Errors;
use crate::diag::listed;
use crate::diag::nearest;
use crate::diag::suggestion;
use crate::options::Labels;
use crate::options::Place;
use crate::options::Row;
use crate::options::given::Given as Written;
use crate::options::given::Value;
use crate::options::given::each;
use crate::options::given::read_by;
use crate::options::lists;
use crate::options::scalars;

/// The kind of a metric.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Kind {
    Counter,
    Gauge,
    Histogram,
    UpDownCounter,
}

impl Kind {
    /// The option that declares one.
    pub(crate) fn key(self) -> &'static str {
        match self {
            Kind::Counter => "counter",
            Kind::Gauge => "gauge",
            Kind::Histogram => "histogram",
            Kind::UpDownCounter => "up_down_counter",
        }
    }
}

/// A moment of a call.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Moment {
    Call,
    Cancelled,
    Error,
    Ok,
    Panic,
}

impl Moment {
    const ALL: [(&str, Moment); 5] = [
        ("call", Moment::Call),
        ("cancelled", Moment::Cancelled),
        ("error", Moment::Error),
        ("ok", Moment::Ok),
        ("panic", Moment::Panic),
    ];
}

/// When a value is recorded.
#[derive(Clone)]
pub(crate) enum On {
    /// At these moments, each with its place.
    Moments(Vec<(Moment, Span)>),
    /// Where the result is like this.
    Result(Look),
}

/// A look at the result: a closure that was written.
#[derive(Clone)]
pub(crate) struct Look {
    /// All of it.
    pub(crate) closure: TokenStream,
    pub(crate) pattern: TokenStream,
    pub(crate) body: TokenStream,
    /// Whether its pattern surely fits every result.
    pub(crate) always: bool,
}

/// What is written as the value.
#[derive(Clone)]
pub(crate) enum Given {
    /// An expression, with whether it is surely below zero.
    Before(TokenStream, bool),
    Seen(Look),
}

/// A metric as it is named.
#[derive(Clone)]
pub(crate) struct Named {
    pub(crate) kind: Kind,
    pub(crate) key: Span,
    pub(crate) name: String,
    pub(crate) literal: Span,
}

/// What was written between the attribute's parentheses.
#[derive(Clone, Default)]
pub(crate) struct MetricOptions {
    pub(crate) named: Option<Named>,
    pub(crate) buckets: Option<(Span, TokenStream)>,
    pub(crate) description: Option<String>,
    pub(crate) krate: Option<TokenStream>,
    pub(crate) labels: Option<(Span, Labels)>,
    pub(crate) on: Option<(Span, On)>,
    pub(crate) read: Option<Span>,
    pub(crate) unit: Option<(Span, String)>,
    pub(crate) value: Option<(Span, Given)>,
    pub(crate) watch: Option<Span>,
}

impl MetricOptions {
    /// Whether the value is there without a call: when a snapshot is taken.
    pub(crate) fn is_collected(&self) -> bool {
        self.read.is_some() || self.watch.is_some()
    }

    /// Whether the result is looked at.
    pub(crate) fn observes(&self) -> bool {
        let seen = match (&self.value, &self.named) {
            (Some((_, value)), _) => matches!(value, Given::Seen(_)),
            (None, Some(named)) => named.kind == Kind::Gauge,
            (None, None) => false,
        };
        !self.is_collected() && (seen || matches!(self.on, Some((_, On::Result(_)))))
    }
}

const ONE: &[Place] = &[Place::Method];

#[rustfmt::skip]
pub(crate) const TABLE: &[Row<MetricOptions>] = &[
    Row { key: "buckets",         places: ONE, example: "buckets(1, 5, 10)",                  apply: buckets },
    Row { key: "counter",         places: ONE, example: "counter = \"cache.hits\"",           apply: |o, g, e| kind(o, Kind::Counter, g, e) },
    Row { key: "crate",           places: ONE, example: "crate = some::path",                 apply: |o, g, e| scalars::path(&mut o.krate, g, e) },
    Row { key: "description",     places: ONE, example: "description = \"Hits of the cache.\"", apply: description },
    Row { key: "gauge",           places: ONE, example: "gauge = \"cache.size\"",             apply: |o, g, e| kind(o, Kind::Gauge, g, e) },
    Row { key: "histogram",       places: ONE, example: "histogram = \"batch.size\"",         apply: |o, g, e| kind(o, Kind::Histogram, g, e) },
    Row { key: "labels",          places: ONE, example: "labels(host = host, max = 64)",      apply: labels },
    Row { key: "on",              places: ONE, example: "on = error",                         apply: on },
    Row { key: "read",            places: ONE, example: "read",                               apply: |o, g, e| scalars::flag(&mut o.read, g, e) },
    Row { key: "unit",            places: ONE, example: "unit = \"ms\"",                      apply: unit },
    Row { key: "up_down_counter", places: ONE, example: "up_down_counter = \"cache.used\"",   apply: |o, g, e| kind(o, Kind::UpDownCounter, g, e) },
    Row { key: "value",           places: ONE, example: "value = rows.len()",                 apply: value },
    Row { key: "watch",           places: ONE, example: "watch",                              apply: |o, g, e| scalars::flag(&mut o.watch, g, e) },
];

/// Reads the options of one `#[plugin_metric]`.
pub(crate) fn read(tokens: TokenStream, span: Span, errors: &mut Errors) -> MetricOptions {
    let mut own = Errors::default();
    let options: MetricOptions = read_by(TABLE, unknown, tokens.clone(), Place::Method, &mut own);
    if options.named.is_none() && own.is_empty() {
        let message = "a metric needs a kind and a name: `counter`, `gauge`, `histogram` or `up_down_counter`, as in \
                       `#[plugin_metric(counter = \"cache.hits\")]`";
        match tokens.is_empty() {
            true => own.at_span(span, message),
            false => own.at(tokens, message),
        }
    }
    errors.append(own);
    options
}

fn unknown(word: &str) -> String {
    let keys: Vec<&str> = TABLE.iter().map(|row| row.key).collect();
    let rest = match nearest(word, &keys) {
        Some(candidate) => format!("; did you mean `{candidate}`?"),
        None => {
            let kinds = [Kind::Counter, Kind::Gauge, Kind::Histogram, Kind::UpDownCounter].map(Kind::key);
            let options: Vec<&str> = keys.into_iter().filter(|key| !kinds.contains(key)).collect();
            format!("; the kinds are {}, and the options {}", listed(&kinds), listed(&options))
        }
    };
    format!("unknown kind or option `{word}`{rest}")
}

/// `counter = "name"`
fn kind(options: &mut MetricOptions, kind: Kind, given: Written, errors: &mut Errors) {
    let Some(name) = scalars::text(&given) else { return given.misused(errors) };
    let (name, literal) = (name.value(), name.span());
    let key = given.key.span();
    if options.named.is_some() {
        errors.at_span(
            key,
            "one attribute declares one metric; write another `#[plugin_metric(..)]` for this one",
        );
        return;
    }
    options.named = Some(Named { kind, key, name, literal });
}

fn buckets(options: &mut MetricOptions, given: Written, errors: &mut Errors) {
    let key = given.key.span();
    let mut bounds = None;
    lists::buckets_of("a number", &mut bounds, given, errors);
    options.buckets = bounds.map(|bounds| (key, bounds));
}

fn description(options: &mut MetricOptions, given: Written, errors: &mut Errors) {
    match scalars::text(&given) {
        Some(text) => options.description = Some(text.value()),
        None => given.misused(errors),
    }
}

fn labels(options: &mut MetricOptions, given: Written, errors: &mut Errors) {
    let key = given.key.span();
    options.labels = lists::label_list(given, errors).map(|labels| (key, labels));
}

/// `on = error`, `on(error, panic)` or `on = |result| result.is_stale()`
fn on(options: &mut MetricOptions, given: Written, errors: &mut Errors) {
    let key = given.key.span();
    let on = match given.value {
        Value::Assigned(Expr::Closure(closure)) => match Look::new(&closure, errors) {
            Some(look) => On::Result(look),
            None => return,
        },
        Value::Assigned(value) => match scalars::word(&value) {
            Some(word) => match moment(&word) {
                Ok(moment) => On::Moments(vec![(moment, key)]),
                Err(message) => return errors.at(value, message),
            },
            None => {
                let message =
                    "`on` is written `on = error`, `on(error, panic)` or `on = |result| result.is_stale()`";
                return errors.at(value, message);
            }
        },
        Value::List(list, span) => {
            let mut moments: Vec<(Moment, Span)> = Vec::new();
            let mut tried = false;
            each(list, errors, |input, _| {
                tried = true;
                let name = input.call(Ident::parse_any)?;
                let found =
                    moment(&name.to_string()).map_err(|message| syn::Error::new(name.span(), message))?;
                if moments.iter().any(|(known, _)| *known == found) {
                    return Err(syn::Error::new(name.span(), format!("`{name}` is given twice")));
                }
                moments.push((found, name.span()));
                Ok(())
            });
            if !tried {
                errors.at_span(span, "`on` needs a moment: `on(error, panic)`");
            }
            On::Moments(moments)
        }
        Value::Bare => return given.misused(errors),
    };
    options.on = Some((key, on));
}

fn moment(word: &str) -> Result<Moment, String> {
    if let Some((_, moment)) = Moment::ALL.iter().find(|(known, _)| *known == word) {
        return Ok(*moment);
    }
    let known = Moment::ALL.map(|(known, _)| known);
    let rest = suggestion(word, &known, "a metric can be on");
    let closure = if rest.contains("mean") { "" } else { ", or on a look at the result, `on = |result| ..`" };
    Err(format!("a metric cannot be on `{word}`{rest}{closure}"))
}

/// `unit = "ms"`
fn unit(options: &mut MetricOptions, given: Written, errors: &mut Errors) {
    let Some(text) = scalars::text(&given) else { return given.misused(errors) };
    let value = text.value();
    let fits =
        !value.is_empty() && value.len() <= 63 && value.chars().all(|letter| letter.is_ascii_graphic());
    if fits {
        options.unit = Some((given.key.span(), value));
    } else {
        errors.at(
            text,
            "a unit is written in UCUM, without spaces and at most 63 letters long: `s`, `ms`, `By`, `{connection}`",
        );
    }
}

/// `value = expression` or `value = |result| expression`
fn value(options: &mut MetricOptions, given: Written, errors: &mut Errors) {
    let key = given.key.span();
    let Value::Assigned(value) = given.value else { return given.misused(errors) };
    let value = match closure(&value) {
        Some(closure) => match Look::new(closure, errors) {
            Some(look) => Given::Seen(look),
            None => return,
        },
        None => Given::Before(value.to_token_stream(), is_negative(&value)),
    };
    options.value = Some((key, value));
}

impl Look {
    fn new(closure: &ExprClosure, errors: &mut Errors) -> Option<Look> {
        let mut inputs = closure.inputs.iter();
        let (Some(pattern), None) = (inputs.next(), inputs.next()) else {
            errors.at(closure, "a look at the result has one argument: `|result| ..`");
            return None;
        };
        Some(Look {
            closure: closure.to_token_stream(),
            pattern: pattern.to_token_stream(),
            body: closure.body.to_token_stream(),
            always: match pattern {
                // `None` looks like a name as well.
                Pat::Ident(named) => !named.ident.to_string().starts_with(char::is_uppercase),
                pattern => matches!(pattern, Pat::Type(_) | Pat::Wild(_)),
            },
        })
    }
}

/// Whether an expression is surely below zero: a number with a minus.
fn is_negative(value: &Expr) -> bool {
    match value {
        Expr::Group(group) => is_negative(&group.expr),
        Expr::Paren(paren) => is_negative(&paren.expr),
        Expr::Unary(minus) if matches!(minus.op, UnOp::Neg(_)) => {
            matches!(&*minus.expr, Expr::Lit(literal) if matches!(literal.lit, Lit::Float(_) | Lit::Int(_)))
        }
        _ => false,
    }
}

/// The closure, where an expression is nothing but one.
fn closure(value: &Expr) -> Option<&ExprClosure> {
    match value {
        Expr::Closure(closure) => Some(closure),
        Expr::Group(group) => closure(&group.expr),
        Expr::Paren(paren) => closure(&paren.expr),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proc_macro2::Span;

    use super::TABLE;
    use super::read;
    use crate::diag::Errors;

    #[test]
    fn every_example_is_accepted() {
        for row in TABLE {
            let name = if row.example.contains("= \"c") || row.example.contains("= \"b") {
                ""
            } else {
                "counter = \"a\", "
            };
            let written = format!("{name}{}", row.example);
            let mut errors = Errors::default();
            read(written.parse().unwrap(), Span::call_site(), &mut errors);
            assert!(errors.is_empty(), "{written}: {}", errors.into_tokens());
        }
    }

    #[test]
    fn every_option_has_a_row_in_the_documentation() {
        let documentation = include_str!("../../doc/plugin_metric.md");
        for row in TABLE {
            let start = format!("| `{}", row.key);
            assert!(documentation.lines().any(|line| line.starts_with(&start)), "{}", row.key);
        }
    }
}
