//! What an option and a return type say about each other.

use proc_macro2::Span;

use crate::diag::Errors;
use crate::diag::suggestion;
use crate::options::Options;
use crate::plan::Form;
use crate::plan::Returned;

/// Refuses what this function's result cannot give.
pub(crate) fn results(options: &Options, returned: &Returned, errors: &mut Errors) {
    for (key, span) in given(options) {
        if let Some(why) = unfit(key, returned) {
            errors.at_span(span, why);
        }
    }
}

/// Refuses what contradicts itself.
pub(crate) fn levels(options: &Options, errors: &mut Errors) {
    if let (Some((span, _)), Some("NoTrace")) = (options.copy, options.level) {
        errors.at_span(span, "`copy` copies the span, but with `level = no_trace` there is none");
    }
}

/// The options of a block without those that this method's result cannot give.
pub(crate) fn fitting(options: &Options, returned: &Returned) -> Options {
    let mut fitting = options.clone();
    fitting.ret = fitting.ret.filter(|_| unfit("ret", returned).is_none());
    fitting.err = fitting.err.filter(|_| unfit("err", returned).is_none());
    fitting.outcome = fitting.outcome.filter(|_| unfit("outcome", returned).is_none());
    fitting.error_type = fitting.error_type.filter(|_| unfit("error_type", returned).is_none());
    fitting
}

/// What to say about an argument that is not there.
pub(crate) fn no_argument(name: &str, known: &[String]) -> String {
    let known: Vec<&str> = known.iter().map(String::as_str).collect();
    match known.as_slice() {
        [] => format!("no argument `{name}`: this function has none to record"),
        known => format!("no argument `{name}`{}", suggestion(name, known, "the arguments here are")),
    }
}

/// Why a look of the user's own cannot see the result of a function.
pub(crate) fn unseen(key: &str, returned: &Returned) -> Option<String> {
    let nameless = returned.opaque && returned.annotation.is_none();
    let why = || format!("`{key}` looks at the result, but the type of an `impl Trait` is not known there");
    unfit(key, returned).or_else(|| nameless.then(why))
}

fn given(options: &Options) -> Vec<(&'static str, Span)> {
    let mut given = Vec::new();
    given.extend(options.err.as_ref().map(|(span, _)| ("err", *span)));
    given.extend(options.error_type.as_ref().map(|expression| ("error_type", expression.key)));
    given.extend(options.outcome.as_ref().map(|expression| ("outcome", expression.key)));
    given.extend(options.ret.as_ref().map(|(span, _)| ("ret", *span)));
    let command = options.command.iter().flat_map(|command| command.of_result());
    given.extend(command.map(|(key, look)| (key, look.key)));
    given
}

/// The options that look at a result of whatever type; others look into a `Result`.
const ANY_RESULT: [&str; 5] = ["gauge", "on", "outcome", "ret", "value"];

/// Why an option cannot have the result of a function.
pub(crate) fn unfit(key: &str, returned: &Returned) -> Option<String> {
    match returned.form {
        Form::AsyncNever => Some(format!("`{key}` needs a result, but this function never returns")),
        Form::Guard(why) => {
            Some(format!("`{key}` needs the result, which is out of reach in a function that {why}"))
        }
        Form::Stream => Some(format!("`{key}` needs a result, but a stream gives items")),
        _ if returned.boxed_stream => Some(format!("`{key}` needs a result, but a stream gives items")),
        _ if returned.never_result && !ANY_RESULT.contains(&key) => {
            Some(format!("`{key}` needs a `Result` to be returned"))
        }
        _ => None,
    }
}
