//! The options: a table, one row an option. Everything that knows an option's name derives from it.

mod command;
mod given;
mod lists;
mod metric;
mod scalars;

pub(crate) use command::Command;
pub(crate) use command::From;
pub(crate) use given::read;
pub(crate) use lists::Argument;
pub(crate) use lists::Capture;
pub(crate) use lists::Field;
pub(crate) use lists::FieldName;
pub(crate) use lists::Labels;
pub(crate) use metric::Given as MetricGiven;
pub(crate) use metric::Kind;
pub(crate) use metric::Look;
pub(crate) use metric::MetricOptions;
pub(crate) use metric::Moment;
pub(crate) use metric::Named;
pub(crate) use metric::On;
pub(crate) use metric::read as read_metric;
pub(crate) use scalars::Show;
pub(crate) use scalars::not_a_name;

use proc_macro2::Span;
use proc_macro2::TokenStream;

use crate::diag::Errors;
use crate::options::given::Given;

/// Where an attribute stands.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Place {
    /// On an `impl` block or a trait.
    Block,
    /// On a function or a method, by itself.
    Function,
    /// On a method whose block has the attribute too.
    Method,
    /// On the `impl` block of a plugin.
    Plugin,
}

/// One option.
pub(crate) struct Row<O> {
    /// The word before `=` or `(`.
    pub(crate) key: &'static str,
    /// Where it may be written.
    pub(crate) places: &'static [Place],
    /// How it is written.
    pub(crate) example: &'static str,
    /// Takes what was written.
    apply: fn(&mut O, Given, &mut Errors),
}

const ALL: &[Place] = &[Place::Block, Place::Function, Place::Method, Place::Plugin];
const ONE: &[Place] = &[Place::Function, Place::Method];

#[rustfmt::skip]
pub(crate) const TABLE: &[Row<Options>] = &[
    Row { key: "args",       places: ONE, example: "args(id, %path, ?request)", apply: |o, g, e| lists::args(&mut o.args, g, e) },
    Row { key: "buckets",    places: ALL, example: "buckets(0.005, 0.01)",      apply: |o, g, e| lists::buckets(&mut o.buckets, g, e) },
    Row { key: "command",    places: ONE, example: "command(system = \"postgresql\", text = sql)", apply: |o, g, e| command::command(&mut o.command, g, e) },
    Row { key: "copy",       places: ALL, example: "copy = force_top_level",    apply: |o, g, e| scalars::copy(&mut o.copy, g, e) },
    Row { key: "crate",      places: ALL, example: "crate = some::path",        apply: |o, g, e| scalars::path(&mut o.krate, g, e) },
    Row { key: "err",        places: ALL, example: "err",                       apply: |o, g, e| scalars::show(&mut o.err, Show::Display, g, e) },
    Row { key: "error_type", places: ALL, example: "error_type = Error::kind",  apply: |o, g, e| scalars::expression(&mut o.error_type, g, e) },
    Row { key: "fields",     places: ALL, example: "fields(id = id, rows)",     apply: |o, g, e| lists::fields(&mut o.fields, g, e) },
    Row { key: "kind",       places: ALL, example: "kind = client",             apply: |o, g, e| scalars::kind(&mut o.kind, g, e) },
    Row { key: "labels",     places: ALL, example: "labels(op = op, max = 16)", apply: |o, g, e| lists::labels(&mut o.labels, g, e) },
    Row { key: "level",      places: ALL, example: "level = force_top_level",   apply: |o, g, e| scalars::level(&mut o.level, g, e) },
    Row { key: "links",      places: ALL, example: "links = self.causes()",     apply: |o, g, e| scalars::expression(&mut o.links, g, e) },
    Row { key: "monitor",    places: ALL, example: "monitor = self.monitor",    apply: |o, g, e| scalars::expression(&mut o.monitor, g, e) },
    Row { key: "name",       places: ALL, example: "name = \"orders.place\"",   apply: |o, g, e| scalars::name(&mut o.name, g, e) },
    Row { key: "outcome",    places: ALL, example: "outcome = classify",        apply: |o, g, e| scalars::expression(&mut o.outcome, g, e) },
    Row { key: "parent",     places: ALL, example: "parent = request.context",  apply: |o, g, e| scalars::expression(&mut o.parent, g, e) },
    Row { key: "ret",        places: ALL, example: "ret",                       apply: |o, g, e| scalars::show(&mut o.ret, Show::Debug, g, e) },
    Row { key: "signals",    places: ALL, example: "signals(metrics)",          apply: |o, g, e| lists::signals(&mut o.signals, g, e) },
    Row { key: "skip",       places: &[Place::Method], example: "skip",         apply: |o, g, e| scalars::flag(&mut o.skip, g, e) },
    Row { key: "slow",       places: ALL, example: "slow = \"100ms\"",          apply: |o, g, e| scalars::slow(&mut o.slow, g, e) },
    Row { key: "terminal",   places: &[Place::Plugin], example: "terminal",     apply: |o, g, e| scalars::flag(&mut o.terminal, g, e) },
];

/// An expression that an option gave, with the option's own place for errors.
#[derive(Clone)]
pub(crate) struct Expression {
    pub(crate) key: Span,
    pub(crate) tokens: TokenStream,
}

/// What was written between the attribute's parentheses.
#[derive(Clone, Default)]
pub(crate) struct Options {
    pub(crate) args: Vec<Argument>,
    pub(crate) buckets: Option<TokenStream>,
    pub(crate) command: Option<Command>,
    pub(crate) copy: Option<(Span, &'static str)>,
    pub(crate) krate: Option<TokenStream>,
    pub(crate) err: Option<(Span, Show)>,
    pub(crate) error_type: Option<Expression>,
    pub(crate) fields: Vec<Field>,
    pub(crate) kind: Option<&'static str>,
    pub(crate) labels: Option<Labels>,
    pub(crate) level: Option<&'static str>,
    pub(crate) links: Option<Expression>,
    pub(crate) monitor: Option<Expression>,
    pub(crate) name: Option<String>,
    pub(crate) outcome: Option<Expression>,
    pub(crate) parent: Option<Expression>,
    pub(crate) ret: Option<(Span, Show)>,
    pub(crate) signals: Option<&'static str>,
    pub(crate) skip: Option<Span>,
    pub(crate) slow: Option<u64>,
    /// Of a plugin: its chain ends with it.
    pub(crate) terminal: Option<Span>,
}

impl Options {
    /// Whether an option looks at the result.
    pub(crate) fn observe(&self) -> bool {
        let command = self.command.as_ref().is_some_and(|command| command.of_result().next().is_some());
        command
            || self.err.is_some()
            || self.error_type.is_some()
            || self.outcome.is_some()
            || self.ret.is_some()
    }

    /// A method's options over those of its block. The block's `name` is the prefix of the method's, and no
    /// option of the method.
    pub(crate) fn over(self, block: &Options) -> Options {
        let inherited = block.clone();
        let own: Vec<String> = self.fields.iter().map(|field| field.name.text()).collect();
        let mut fields: Vec<Field> =
            inherited.fields.into_iter().filter(|field| !own.contains(&field.name.text())).collect();
        fields.extend(self.fields);
        Options {
            args: self.args,
            buckets: self.buckets.or(inherited.buckets),
            command: self.command,
            copy: self.copy.or(inherited.copy),
            krate: self.krate.or(inherited.krate),
            err: self.err.or(inherited.err),
            error_type: self.error_type.or(inherited.error_type),
            fields,
            kind: self.kind.or(inherited.kind),
            labels: self.labels.or(inherited.labels),
            level: self.level.or(inherited.level),
            links: self.links.or(inherited.links),
            monitor: self.monitor.or(inherited.monitor),
            name: self.name,
            outcome: self.outcome.or(inherited.outcome),
            parent: self.parent.or(inherited.parent),
            ret: self.ret.or(inherited.ret),
            signals: self.signals.or(inherited.signals),
            skip: self.skip,
            slow: self.slow.or(inherited.slow),
            terminal: inherited.terminal,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Options;
    use super::TABLE;
    use super::read;
    use crate::diag::Errors;

    #[track_caller]
    fn accepted(written: &str, place: super::Place) -> Options {
        let mut errors = Errors::default();
        let options = read(written.parse().unwrap(), place, &mut errors);
        assert!(errors.is_empty(), "{written}: {}", errors.into_tokens());
        options
    }

    #[test]
    fn every_example_is_accepted_wherever_it_may_stand() {
        for row in TABLE {
            for place in row.places {
                accepted(row.example, *place);
            }
        }
    }

    #[test]
    fn every_option_has_a_row_in_the_documentation() {
        let documentation = include_str!("../lib.rs");
        for row in TABLE {
            let start = format!("/// | `{}", row.key);
            assert!(documentation.lines().any(|line| line.starts_with(&start)), "{}", row.key);
        }
    }

    #[test]
    fn a_duration_has_a_number_and_a_unit() {
        for (written, nanoseconds) in [
            ("100ms", 100_000_000),
            ("1.5s", 1_500_000_000),
            ("250 us", 250_000),
            ("7ns", 7),
            ("2m", 120_000_000_000),
        ] {
            let options = accepted(&format!("slow = \"{written}\""), super::Place::Function);
            assert_eq!(options.slow, Some(nanoseconds));
        }
    }
}
