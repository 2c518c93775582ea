//! Where a metric's values come from: calls, at some of their moments, or what is read when a snapshot is taken.

use proc_macro2::Span;
use proc_macro2::TokenStream;

use crate::diag::Errors;
use crate::options::Kind;
use crate::options::Look;
use crate::options::MetricGiven;
use crate::options::MetricOptions;
use crate::options::Moment;
use crate::options::On;
use crate::plan::Around;
use crate::plan::Form;
use crate::plan::checks;

/// Where a metric's values come from.
pub(crate) enum Way {
    /// From the calls of the function.
    Calls { on: When, value: Amount },
    /// From the function, when a snapshot is taken.
    Read,
    /// From the method of each object that is watched, when a snapshot is taken.
    Watch,
}

/// When a call gives a value.
pub(crate) enum When {
    Moments(Vec<Moment>),
    /// Where the result is like this.
    Result(Box<Look>),
}

/// What the value is.
pub(crate) enum Amount {
    /// Known before the call.
    Before(TokenStream),
    /// How long the call takes.
    Duration,
    /// One.
    One,
    /// The result itself.
    Result,
    /// What is seen in the result.
    Seen(Box<Look>),
}

/// Decides where the values come from; none where something is wrong.
pub(crate) fn way(
    options: &MetricOptions,
    kind: Kind,
    key: Span,
    around: &Around<'_>,
    errors: &mut Errors,
) -> Option<Way> {
    match (options.read, options.watch) {
        (Some(_), Some(watch)) => {
            errors.at_span(watch, "`read` is for a function without arguments, `watch` for a method of an object: write one of them");
            None
        }
        (None, None) => calls(options, kind, key, around, errors),
        (read, watch) => {
            let word = if read.is_some() { "read" } else { "watch" };
            let place = read.or(watch)?;
            collected(word, place, options, kind, around, errors);
            Some(if read.is_some() { Way::Read } else { Way::Watch })
        }
    }
}

/// Refuses what cannot be read when a snapshot is taken.
fn collected(
    word: &str,
    place: Span,
    options: &MetricOptions,
    kind: Kind,
    around: &Around<'_>,
    errors: &mut Errors,
) {
    let signature = around.signature;
    if let Some(span) =
        options.on.as_ref().map(|(span, _)| *span).or(options.value.as_ref().map(|(span, _)| *span))
    {
        let message = format!(
            "with `{word}`, the value is what the function gives when a snapshot is taken: leave this out"
        );
        errors.at_span(span, message);
    }
    if kind == Kind::Histogram {
        errors.at_span(place, format!("a histogram has many values; `{word}` gives one: write `gauge`, `counter` or `up_down_counter`"));
    }
    if let Some(asyncness) = &signature.asyncness {
        errors.at(
            asyncness,
            format!("`{word}` needs a plain function: nothing can be awaited when a snapshot is taken"),
        );
    }
    if !matches!(signature.safety, syn::Safety::Default) {
        errors.at_span(place, format!("`{word}` needs a function that is safe to call at any time"));
    }
    if around.returned.unit {
        errors.at_span(
            place,
            format!("`{word}` needs a function that gives the value, but this one returns nothing"),
        );
    }
    let arguments = signature.inputs.len();
    let by_reference = signature.receiver().is_some_and(|receiver| {
        matches!(receiver.kind, syn::ReceiverKind::Reference(..)) && receiver.mutability.is_none()
    });
    match word {
        "read" if arguments > 0 => {
            let more = if by_reference && arguments == 1 {
                "; for a method of an object write `watch`"
            } else {
                ": nobody could say which they are when a snapshot is taken"
            };
            errors.at(&signature.inputs, format!("`read` needs a function without arguments{more}"));
        }
        "watch" if arguments != 1 || !by_reference => {
            errors.at_span(
                place,
                "`watch` needs a method with `&self` and no other argument: `fn size(&self) -> usize`",
            );
        }
        _ => {}
    }
    if signature.generics.type_params().next().is_some() || signature.generics.const_params().next().is_some()
    {
        errors.at(&signature.generics, format!("`{word}` needs one function, but this is one for each type"));
    }
}

/// Decides what the calls give, and when.
fn calls(
    options: &MetricOptions,
    kind: Kind,
    key: Span,
    around: &Around<'_>,
    errors: &mut Errors,
) -> Option<Way> {
    let value = amount(options, kind, key, around, errors)?;
    let of_result = matches!(value, Amount::Result | Amount::Seen(_));
    let place = options.value.as_ref().map_or(key, |(span, _)| *span);
    if of_result
        && let Some(why) =
            checks::unseen(if options.value.is_some() { "value" } else { kind.key() }, around.returned)
    {
        errors.at_span(place, why);
        return None;
    }
    let on = match &options.on {
        None if of_result => When::Moments(vec![Moment::Error, Moment::Ok]),
        None if matches!(value, Amount::Duration) => {
            When::Moments(vec![Moment::Cancelled, Moment::Error, Moment::Ok, Moment::Panic])
        }
        None => When::Moments(vec![Moment::Call]),
        Some((span, On::Result(look))) => {
            if let Some(why) = checks::unseen("on", around.returned) {
                errors.at_span(*span, why);
                return None;
            }
            When::Result(Box::new(look.clone()))
        }
        Some((_, On::Moments(moments))) => {
            for (moment, span) in moments {
                if let Some(why) = misfit(*moment, &value, around) {
                    errors.at_span(*span, why);
                    return None;
                }
            }
            When::Moments(moments.iter().map(|(moment, _)| *moment).collect())
        }
    };
    Some(Way::Calls { on, value })
}

fn amount(
    options: &MetricOptions,
    kind: Kind,
    key: Span,
    around: &Around<'_>,
    errors: &mut Errors,
) -> Option<Amount> {
    match &options.value {
        Some((_, MetricGiven::Before(value, true))) if matches!(kind, Kind::Counter | Kind::Histogram) => {
            let what = if kind == Kind::Counter {
                "a counter only grows"
            } else {
                "a histogram has no values below zero"
            };
            errors.at(value, format!("{what}; write an `up_down_counter` for what also shrinks"));
            return None;
        }
        Some((_, MetricGiven::Before(value, _))) => return Some(Amount::Before(value.clone())),
        Some((_, MetricGiven::Seen(look))) => return Some(Amount::Seen(Box::new(look.clone()))),
        None => {}
    }
    match kind {
        Kind::Counter => Some(Amount::One),
        Kind::Gauge if around.returned.unit => {
            errors.at_span(
                key,
                "this gauge has no value: the function returns nothing; give it one with `value = ..`",
            );
            None
        }
        Kind::Gauge => Some(Amount::Result),
        Kind::Histogram => {
            const TIMES: [&str; 6] = ["s", "ms", "us", "ns", "min", "h"];
            if let Some((span, unit)) =
                options.unit.as_ref().filter(|(_, unit)| !TIMES.contains(&unit.as_str()))
            {
                let message = format!(
                    "without `value`, a histogram has the durations of the calls, which are not in `{unit}`: give it \
                     values with `value = ..`, or a unit of time such as `ms`"
                );
                errors.at_span(*span, message);
                return None;
            }
            Some(Amount::Duration)
        }
        Kind::UpDownCounter => {
            errors.at_span(key, "an `up_down_counter` needs a value: `value = 1` or `value = -1`");
            None
        }
    }
}

/// Why a value cannot be recorded at a moment.
fn misfit(moment: Moment, value: &Amount, around: &Around<'_>) -> Option<String> {
    let of_result = matches!(value, Amount::Result | Amount::Seen(_));
    match moment {
        Moment::Call if of_result => Some("the value is the result's, which is not there when the call begins: write `on = ok`".to_owned()),
        Moment::Call if matches!(value, Amount::Duration) => {
            Some("how long the call takes is not known when it begins: leave `on` out, or write `on = ok`".to_owned())
        }
        Moment::Cancelled | Moment::Panic if of_result => {
            Some("the value is the result's, which there is none of after a panic or a cancellation: give one that is known before the call".to_owned())
        }
        Moment::Error if around.options.outcome.is_none() => checks::unfit("error_type", around.returned).map(|why| why.replace("`error_type`", "`on = error`")),
        Moment::Cancelled if around.options.outcome.is_none() && matches!(around.returned.form, Form::Guard(_)) => {
            Some("a call of this function cannot be cancelled: it gives no future".to_owned())
        }
        _ => None,
    }
}
