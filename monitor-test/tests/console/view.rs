//! What the view shows, and what it leaves alone.

use std::env;
use std::process::Command;

use crate::program::ROLE;
use crate::terminal::COLUMNS;
use crate::terminal::Shown;
use crate::terminal::run;

#[test]
fn functions_and_the_slowest_trace_are_shown_below_what_the_program_says() {
    let text = run("steps:inner", &[], None);
    let first = Shown::after(&text, "FIRST");
    let view = first.view();
    assert!(view[0].starts_with("── shop, 00:00:00.002Z ──"), "{view:#?}");
    let columns: Vec<Vec<&str>> = view[1..4].iter().map(|row| row.split_whitespace().collect()).collect();
    assert_eq!(columns[0], ["function", "calls", "a", "second", "errors", "now", "p50", "p99"]);
    assert_eq!(columns[1], ["outer", "1", "–", "0", "0", "2.0", "ms", "2.0", "ms"]);
    assert_eq!(columns[2], ["inner", "1", "–", "0", "0", "2.0", "ms", "2.0", "ms"]);
    assert_eq!(view[4..8], ["slowest: 2.0 ms", "outer 2.0 ms", "  inner 2.0 ms field=inner", ""]);
    let own = first.own();
    let place = own.iter().position(|row| row == "before 0").unwrap();
    assert_eq!(own[place..place + 4], ["before 0", "before 1", "before 2", "FIRST"]);

    let second = Shown::after(&text, "SECOND");
    // Nothing that the program said was overwritten, and nothing of the view scrolled.
    let last: Vec<_> = (31..40).map(|number| format!("own {number}")).chain(["SECOND".to_owned()]).collect();
    assert_eq!(second.own()[1..11], last);
    let view = second.view();
    let inner: Vec<_> = view[3].split_whitespace().collect();
    assert_eq!(inner, ["inner", "6", "2.5", "5", "0", "3.0", "ms", "3.0", "ms"]);
    assert_eq!(view[6], "  inner 3.0 ms error field=inner");
}

#[test]
fn the_terminal_is_given_back_at_the_end_with_a_table_on_it() {
    let text = run("steps:inner", &[], None);
    let third = Shown::after(&text, "THIRD");
    let rows = third.rows();
    let end = rows.iter().position(|row| row == "THIRD").unwrap();
    assert!(rows[end - 3].starts_with("function ") && rows[end - 2].starts_with("outer "), "{rows:#?}");
    assert_eq!(rows[end - 4], "SECOND");
    assert!(rows.iter().all(|row| !row.starts_with("── shop")), "{rows:#?}");
    assert!(third.scrolls_as_a_whole());
}

#[test]
fn a_panic_is_told_to_a_terminal_that_is_whole() {
    let text = run("panics:inner", &[], None);
    assert!(!Shown::after(&text, "FIRST").scrolls_as_a_whole(), "the view keeps its lines");
    let told = Shown::after(&text, "told to a whole terminal");
    assert!(told.rows().iter().all(|row| !row.starts_with("── shop")), "{:#?}", told.rows());
    assert!(told.scrolls_as_a_whole());
    assert!(Shown::after(&text, "THIRD").scrolls_as_a_whole());
}

/// What the screen shows at all marks, and where the cursor's commands are.
fn outside_of_the_cells(name: &str) -> Vec<String> {
    let text = run(&format!("steps:{name}"), &[("NO_COLOR", "1")], None);
    let mut rows = Vec::new();
    for mark in ["FIRST", "SECOND"] {
        let shown = Shown::after(&text, mark);
        let view = shown.view();
        // But the name's own row of the table, and its own line of the trace.
        rows.extend(
            view.iter().enumerate().filter(|(row, _)| ![3, 6].contains(row)).map(|(_, row)| row.clone()),
        );
        rows.extend(shown.own());
        // The numbers beside the name are what they are.
        let numbers: String = view[3].chars().rev().take(COLUMNS as usize / 2).collect();
        rows.push(numbers.chars().rev().collect());
    }
    rows
}

#[test]
fn f62_no_value_changes_anything_outside_of_its_cell() {
    let expected = outside_of_the_cells("harmless");
    for hostile in [
        "\u{1b}[2J\u{1b}[Hgone",
        "two\r\nlines\u{b}\u{c}\u{85}\u{2028}",
        "\u{9b}2J\u{90}q\u{9d}0;title\u{7}",
        "\u{202e}turned\u{2066}\u{200f}",
        "\u{8}\u{8}\u{8}\u{8}\u{7f}back",
        "\u{1b}]0;title\u{7}\u{1b}c\u{1b}[1;3r\u{1b}7\u{1b}8",
        "wide 名前名前名前名前名前名前名前名前名前名前名前名前名前名前名前名前名前名前名前名前名前名前名前名前名前名前名前",
        "long long long long long long long long long long long long long long long long long long long long long",
        "e\u{301}\u{302}\u{303}\u{304}\u{305} zalgo \u{fe0f}\u{20e3}",
        "👩\u{200d}👩\u{200d}👧\u{200d}👦🏳\u{fe0f}\u{200d}🌈",
    ] {
        assert_eq!(outside_of_the_cells(hostile), expected, "{hostile:?}");
    }
}

#[test]
fn colours_are_there_unless_somebody_does_not_want_them() {
    let red = "\u{1b}[31m";
    let check = |environment: &[(&str, &str)], expected: bool| {
        let text = run("steps:inner", environment, None);
        assert_eq!(text.contains(red), expected, "{environment:?}");
    };
    check(&[], true);
    check(&[("NO_COLOR", "1")], false);
    check(&[("CLICOLOR", "0")], false);
    check(&[("CLICOLOR", "0"), ("CLICOLOR_FORCE", "1")], true);
    check(&[("NO_COLOR", "1"), ("CLICOLOR_FORCE", "1")], false);
}

#[test]
fn a_terminal_that_can_do_nothing_gets_lines() {
    let text = run("steps:inner", &[("TERM", "dumb")], None);
    assert!(
        !text.contains('\u{1b}') && text.contains("outer 2.0 ms\r\n  inner 2.0 ms field=inner\r\n"),
        "{text}"
    );
}

#[test]
fn a_pipe_gets_lines() {
    let mut command = Command::new(env::current_exe().unwrap());
    command.args(["--exact", "program::plays_its_role", "--nocapture"]).env(ROLE, "steps:inner");
    let output = command.env("TERM", "xterm-256color").env("CLICOLOR_FORCE", "1").output().unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success() && !told.contains('\u{1b}'), "{told}");
    assert!(
        told.contains("outer 2.0 ms\n  inner 2.0 ms field=inner\n") && told.contains("function "),
        "{told}"
    );
}

#[test]
fn the_view_moves_to_the_lower_end_of_a_terminal_of_another_size() {
    let text = run("resized:inner", &[], Some((40, 60)));
    let last = text.rfind("── shop").unwrap();
    let region = text[..last].rfind("\u{1b}[1;20r");
    assert!(region.is_some(), "half of forty lines scroll: {text:?}");
    assert!(text[last..].contains("\u{1b}[22;1H"), "the titles are in line 22: {text:?}");
}
