//! Spans, events and metrics that are hard to ship.

use std::panic::AssertUnwindSafe;
use std::panic::catch_unwind;
use std::panic::resume_unwind;

use monitor_core::FieldValue;
use monitor_core::Outcome;
use monitor_core::Span;
use monitor_core::SpanContext;
use monitor_core::SpanId;
use monitor_core::TraceId;
use monitor_core::emit;
use monitor_core::event::Event;
use monitor_core::event::Family;
use monitor_core::event::Severity;
use monitor_core::instrument::Counter;
use monitor_core::instrument::Gauge;
use monitor_core::instrument::Histogram;
use monitor_core::instrument::UpDownCounter;

/// What names, labels and fields are like.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Texts {
    /// Words.
    Harmless,
    /// All that some format does not like.
    Hostile,
}

impl Texts {
    fn names(self) -> [&'static str; 6] {
        match self {
            Texts::Harmless => ["a", "ordinary", "b", "c", "d", "e"],
            Texts::Hostile => HOSTILE_NAMES,
        }
    }

    fn texts(self) -> [&'static str; 9] {
        match self {
            Texts::Harmless => ["", "f", "g", "h", "i", "j", "k", "l", "m"],
            Texts::Hostile => HOSTILE_TEXTS,
        }
    }
}

/// How many spans [`record`] makes.
pub(crate) const SPANS: usize = HOSTILE_NAMES.len() + HOSTILE_TEXTS.len() * 2 + NUMBERS.len() + 5;

/// How many events [`record`] tells.
pub(crate) const EVENTS: usize = HOSTILE_TEXTS.len() + NUMBERS.len() + Severity::ALL.len() + 1;

const HOSTILE_NAMES: [&str; 6] = [
    "",
    "ordinary",
    "with space, comma; \"quote\" 'quote' \\ / | : @ # = {brace} <tag>",
    "line\nbreak\r\n\ttab \u{0}nul \u{7f}delete",
    "\u{1b}[2J\u{1b}]0;title\u{7} \u{202e}right to left \u{200b}nothing \u{feff}",
    "ünïcödé 名前 🦀🦀🦀🦀🦀🦀🦀🦀🦀🦀🦀🦀🦀🦀🦀🦀🦀🦀🦀🦀🦀🦀🦀🦀🦀🦀🦀🦀🦀🦀🦀🦀🦀🦀🦀🦀🦀🦀🦀🦀🦀🦀🦀🦀🦀🦀🦀🦀🦀🦀🦀🦀🦀🦀🦀🦀🦀🦀🦀🦀🦀🦀🦀🦀🦀🦀🦀🦀🦀🦀🦀🦀",
];

const HOSTILE_TEXTS: [&str; 9] = [
    "",
    "\n:1|c|#forged:1",
    "\" onload=\"</script>",
    "\\\"\u{8}\u{c}\u{b}",
    "\u{1b}[31mred\u{9b}31m",
    "\u{202e}\u{2066}\u{2028}\u{2029}\u{0}",
    "${jndi:x} %s %n {} {{",
    "\u{0}link",
    "\u{0}\u{0}",
];

const NUMBERS: [f64; 8] =
    [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -0.0, f64::MIN_POSITIVE / 2.0, f64::MAX, 1e300, 0.1];

static COUNTER: Counter = Counter::new("conformance.counter").unit("{thing}").labels(&["text"], 4);
static GAUGE: Gauge = Gauge::new("conformance.gauge").description("With \"quotes\" and a\nline break.");
static HISTOGRAM: Histogram = Histogram::new("conformance.histogram").unit("s");
static EXPLICIT: Histogram = Histogram::new("conformance.explicit").unit("By").buckets(&[1.0, 10.0]);
static UP_DOWN: UpDownCounter = UpDownCounter::new("conformance.up_down");

/// Records them in the monitor of this thread.
pub(crate) fn record(texts: Texts) {
    texts.names().iter().for_each(|name| drop(Span::start(name)));
    for text in texts.texts() {
        let mut value = Span::start("a text");
        value.set("text", text);
        drop(value);
        let mut name = Span::start("a name");
        name.set(text, true);
        COUNTER.add_with(1, &[text]);
    }
    for number in NUMBERS {
        let mut span = Span::start("a number");
        span.set("number", number);
        GAUGE.set(number);
        HISTOGRAM.record(number);
        EXPLICIT.record(number);
    }
    COUNTER.add(u64::MAX);
    UP_DOWN.add(i64::MIN);
    large();
    related();
    events(texts);
}

/// Events with texts and numbers of all kinds, of each severity, with a span and without one.
fn events(texts: Texts) {
    for text in texts.texts() {
        emit(|| Oddity { severity: Severity::Info, text, number: 0.0, many: 1 });
    }
    let _span = Span::start("with events");
    for number in NUMBERS {
        emit(|| Oddity { severity: Severity::Info, text: "", number, many: 1 });
    }
    for severity in Severity::ALL {
        emit(|| Oddity { severity, text: "", number: 0.0, many: 0 });
    }
    emit(|| Oddity { severity: Severity::Error, text: "", number: 0.0, many: 1_000 });
}

#[derive(Clone, Debug)]
struct Oddity {
    severity: Severity,
    text: &'static str,
    number: f64,
    /// How many times all fields are told.
    many: usize,
}

/// A name that no format likes.
static ODDITY: Family = Family::new("conformance", &["conformance \"odd\"\n\u{1b}[31m\u{202e}event"]);

impl Event for Oddity {
    fn family() -> &'static Family {
        &ODDITY
    }

    fn index(&self) -> usize {
        0
    }

    fn severity(&self) -> Severity {
        self.severity
    }

    fn fields(&self, add: &mut dyn FnMut(&'static str, FieldValue<'_>)) {
        for _ in 0..self.many {
            add("text", FieldValue::Text(self.text.into()));
            add(self.text, FieldValue::Bool(true));
            add("number", FieldValue::Float(self.number));
            add("signed", FieldValue::Signed(i64::MIN));
            add("unsigned", FieldValue::Unsigned(u64::MAX));
        }
    }
}

/// More and longer fields than a span may have.
fn large() {
    let mut span = Span::start("large");
    span.set("long", "🦀".repeat(100_000));
    for number in 0..1_000_i64 {
        span.set("signed", -number);
    }
}

/// Parents, links, errors and panics.
fn related() {
    let elsewhere = SpanContext::new(TraceId::new(u128::MAX), SpanId::new(u64::MAX));
    let mut parent = Span::start_in("with a parent elsewhere", elsewhere);
    parent.link(elsewhere);
    Span::start("failed").end(Outcome::Error);
    let unwound = catch_unwind(AssertUnwindSafe(|| {
        let _span = Span::start("unwound");
        // No message on the terminal: nothing is wrong.
        resume_unwind(Box::new(()));
    }));
    debug_assert!(unwound.is_err());
}
