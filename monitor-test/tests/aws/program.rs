//! Programs of any shape: spans within spans, with fields of any name and value.

use monitor_core::Outcome;
use monitor_core::Span;
use proptest::collection::vec;
use proptest::prelude::Just;
use proptest::prelude::Strategy;
use proptest::prelude::any;
use proptest::prop_oneof;

/// What a program does next.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    Close(usize),
    Open(usize, Vec<(String, FieldKind)>),
}

/// The value of a field.
#[derive(Clone, Debug)]
pub(crate) enum FieldKind {
    Flag(bool),
    Number(f64),
    Signed(i64),
    Text(String),
    Unsigned(u64),
}

/// The names of spans, which are part of a program's text.
const NAMES: [&str; 6] = ["plain", "", "<T as X>::y", "a\"b\\c\nd", "größer 世界 🦀", "\u{0}\u{1b}[31m"];

fn outcome(number: usize) -> Outcome {
    Outcome::ALL[number % Outcome::ALL.len()]
}

pub(crate) fn field() -> impl Strategy<Value = FieldKind> {
    prop_oneof![
        any::<bool>().prop_map(FieldKind::Flag),
        any::<f64>().prop_map(FieldKind::Number),
        any::<i64>().prop_map(FieldKind::Signed),
        ".{0,40}".prop_map(FieldKind::Text),
        "[\\x00-\\x1f<>\"\\\\/]{0,40}".prop_map(FieldKind::Text),
        (0_usize..2_000).prop_map(|length| FieldKind::Text("é\u{1}".repeat(length))),
        any::<u64>().prop_map(FieldKind::Unsigned),
    ]
}

pub(crate) fn name() -> impl Strategy<Value = String> {
    let known =
        ["http.request.method", "url.full", "db.system.name", "db.query.text", "http.response.status_code"];
    let known = known.into_iter().chain(["error.message", "user.id", "server.address", "a.b", "a_b", "_aws"]);
    let known: Vec<_> = known.map(str::to_owned).collect();
    prop_oneof![proptest::sample::select(known), ".{1,30}".prop_map(|name| name), Just("\u{1b}".to_owned())]
}

/// At most so many steps.
pub(crate) fn steps(most: usize) -> impl Strategy<Value = Vec<Step>> {
    let open =
        (0..NAMES.len(), vec((name(), field()), 0..6)).prop_map(|(name, fields)| Step::Open(name, fields));
    let close = (0..4_usize).prop_map(Step::Close);
    vec(prop_oneof![2 => open, 1 => close], 1..most)
}

/// Runs it; tells how many spans there were.
pub(crate) fn run(steps: &[Step]) -> usize {
    let (mut open, mut spans) = (Vec::new(), 0);
    for step in steps {
        match step {
            Step::Close(number) => {
                if let Some(span) = open.pop() {
                    Span::end(span, outcome(*number));
                }
            }
            Step::Open(name, fields) => {
                let mut span = Span::start(NAMES[*name]);
                for (name, value) in fields {
                    match value {
                        FieldKind::Flag(value) => span.set(name, *value),
                        FieldKind::Number(value) => span.set(name, *value),
                        FieldKind::Signed(value) => span.set(name, *value),
                        FieldKind::Text(value) => span.set(name, value.as_str()),
                        FieldKind::Unsigned(value) => span.set(name, *value),
                    }
                }
                open.push(span);
                spans += 1;
            }
        }
    }
    // The innermost first.
    while open.pop().is_some() {}
    spans
}
