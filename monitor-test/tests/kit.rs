//! The kit itself.

use std::panic::AssertUnwindSafe;
use std::panic::catch_unwind;
use std::panic::panic_any;

use monitor_core::Recorder;
use monitor_core::RecorderError;
use monitor_core::SpanBatch;
use monitor_core::instrument::Counter;
use monitor_core::monitored;
use monitor_test::Capture;
use monitor_test::Captured;
use monitor_test::compile;
use monitor_test::conformance;

#[monitored]
fn outer() {
    inner();
    inner();
}

#[monitored]
fn inner() {}

static COUNTER: Counter = Counter::new("kit.counter").labels(&["tier"], 4);

/// What a closure says when it panics.
#[track_caller]
fn said(body: impl FnOnce()) -> String {
    let panic = catch_unwind(AssertUnwindSafe(body)).expect_err("it panics");
    panic
        .downcast_ref::<String>()
        .cloned()
        .or_else(|| panic.downcast_ref::<&str>().map(|it| (*it).to_owned()))
        .unwrap()
}

#[track_caller]
fn check(question: impl FnOnce(&Captured), parts: &[&str]) {
    let captured = Capture::run(|| {
        outer();
        COUNTER.add_with(1, &["memory"]);
    });
    let said = said(|| question(&captured));
    for part in parts {
        assert!(said.contains(part), "{part:?} is not in {said:?}");
    }
}

const TREE: &str = "outer ok\n  inner ok\n  inner ok\n";

#[test]
fn a_question_without_an_answer_shows_what_there_is() {
    check(|it| drop(it.span("other").clone()), &["no span is called `other`", TREE]);
    check(|it| drop(it.span("inner").clone()), &["2 spans are called `inner`", TREE]);
    check(|it| assert_eq!(it.calls("other"), 0), &["`other` was never called", "\"outer\"", TREE]);
    check(|it| drop(it.metric("other").clone()), &["no metric is called `other`", "kit.counter", TREE]);
    check(|it| drop(it.point("kit.counter", &[("tier", "disk")]).clone()), &["not one series", "memory"]);
}

#[test]
fn a_panic_goes_on_through_a_capture() {
    let panic = catch_unwind(|| Capture::run(|| panic_any(7_u8))).unwrap_err();
    assert_eq!(panic.downcast_ref(), Some(&7_u8));
}

#[test]
fn children_are_those_of_their_parent() {
    let captured = Capture::run(outer);
    assert_eq!(captured.tree(), TREE);
    let outer = captured.span("outer");
    assert_eq!(captured.children_of(outer).len(), 2);
    assert!(captured.children_of(captured.children_of(outer)[0]).is_empty());
}

/// Refuses text that is not printable.
struct Picky;

impl Recorder for Picky {
    fn name(&self) -> &str {
        "picky"
    }

    fn spans(&mut self, batch: &SpanBatch) -> Result<(), RecorderError> {
        match batch.iter().find(|span| span.name().contains('\n')) {
            Some(_) => Err(RecorderError::new("a line break")),
            None => Ok(()),
        }
    }
}

/// Has no usable name.
struct Shouting;

impl Recorder for Shouting {
    fn name(&self) -> &str {
        "SHOUTING "
    }
}

#[test]
fn a_recorder_that_does_not_conform_is_told_so() {
    assert!(said(|| conformance::recorder(|| Picky)).contains("`picky` refuses oddities"));
    assert!(said(|| conformance::recorder(|| Shouting)).contains("the name \"SHOUTING \" is not of"));
}

#[test]
fn a_pattern_that_finds_nothing_is_told() {
    let said = said(|| compile::Suite::new().pass("tests/no-such-folder/*.rs").run());
    assert!(said.contains("`tests/no-such-folder/*.rs` finds no file"), "{said}");
}

#[test]
fn an_expansion_shows_what_the_compiler_sees() {
    let code = compile::expansion("#[monitor_core::monitored]\npub fn answer() -> u32 {\n    42\n}\n");
    assert!(code.starts_with("pub fn answer() -> u32 {"), "{code}");
    assert!(code.contains("__private") && !code.contains("extern crate std"), "{code}");
}

#[test]
fn what_does_not_expand_is_told_with_the_words_of_the_compiler() {
    let refused = compile::try_expansion("#[monitor_core::monitored(labls(a = 1))]\npub fn answer() {}\n");
    let said = refused.unwrap_err().to_string();
    assert!(said.contains("the source does not expand") && said.contains("`labls`"), "{said}");
}
