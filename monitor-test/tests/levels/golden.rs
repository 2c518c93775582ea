//! Trace levels against what the AWS driver really does, seen by running it: each row of both tables, with what is
//! otherwise here and why.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use monitor_core::Context;
use monitor_core::Outcome;
use monitor_core::Span;
use monitor_core::TraceLevel;
use monitor_core::WithoutParent;
use monitor_test::CaptureBuilder;
use monitor_test::Captured;
use serde_json::Value;

/// What was seen of one row, each fact by a name such as `op parent`.
type Facts = BTreeMap<String, String>;

/// One row: what was asked for.
struct Row {
    submit_top_level: bool,
    level: TraceLevel,
    around: bool,
    well: bool,
    fails: bool,
    copy: TraceLevel,
}

impl Row {
    fn read(row: &Value, around: &str, well: bool, fails: bool) -> Self {
        Self {
            submit_top_level: row["submit_toplevel"].as_bool().unwrap(),
            level: level(&row["level"]),
            around: row[around].as_bool().unwrap(),
            well,
            fails,
            copy: level(&row["post_copy"]),
        }
    }

    /// Whether the span is the root of a trace of its own.
    fn is_top(&self) -> bool {
        let submitted = self.submit_top_level && self.level == TraceLevel::TopLevel;
        self.level == TraceLevel::ForceTopLevel || submitted
    }

    fn is_span(&self) -> bool {
        self.level != TraceLevel::NoTrace
    }

    fn is_copied(&self) -> bool {
        self.copy != TraceLevel::NoTrace
    }

    /// Does the same with our monitor.
    fn run(&self, without_parent: WithoutParent) -> (Captured, bool) {
        let mut leaked = false;
        let submit = self.submit_top_level;
        let captured = CaptureBuilder::default()
            .monitor(|monitor| if submit { monitor.submit_top_level() } else { monitor })
            .monitor(|monitor| monitor.copies().without_parent(without_parent))
            .run(|| {
                // The application opens a segment whatever the settings of the driver are.
                let open = || Span::builder("app").level(TraceLevel::ForceTopLevel).start();
                let app = self.around.then(open);
                let mut op = Span::builder("op").level(self.level).start();
                op.set("k", "v");
                if self.fails {
                    op.set("exception_type", "ValueError");
                    op.set("exception_message", "boom");
                }
                op.copy(self.copy);
                op.end(if self.well { Outcome::Ok } else { Outcome::Error });
                leaked = Context::current().span() != app.and_then(|app| app.context());
            });
        (captured, leaked)
    }
}

fn level(name: &Value) -> TraceLevel {
    match name.as_str() {
        Some("FORCE_TOP_LEVEL") => TraceLevel::ForceTopLevel,
        Some("NESTED") => TraceLevel::Nested,
        Some("TOP_LEVEL") => TraceLevel::TopLevel,
        Some("NO_TRACE") | None => TraceLevel::NoTrace,
        Some(other) => panic!("no level: {other}"),
    }
}

/// Something that is otherwise here, on purpose.
struct Deviation {
    fact: &'static str,
    /// In which rows.
    rows: fn(&Row) -> bool,
    why: &'static str,
}

/// Checks that what differs is what is listed, and that whatever is listed differs.
#[track_caller]
fn check(
    number: usize,
    row: &Row,
    theirs: &Facts,
    ours: &Facts,
    deviations: &[Deviation],
) -> BTreeSet<&'static str> {
    let names: BTreeSet<_> = theirs.keys().chain(ours.keys()).collect();
    let differing: BTreeSet<_> =
        names.into_iter().filter(|name| theirs.get(*name) != ours.get(*name)).map(String::as_str).collect();
    let listed: BTreeSet<_> = deviations.iter().filter(|it| (it.rows)(row)).map(|it| it.fact).collect();
    assert_eq!(differing, listed, "row {number}\ntheirs: {theirs:#?}\nours: {ours:#?}");
    listed
}

/// A deviation that no row has is none.
#[track_caller]
fn check_all_found(found: &BTreeSet<&str>, deviations: &[Deviation]) {
    for Deviation { fact, why, .. } in deviations {
        assert!(found.contains(fact) && !why.is_empty(), "{fact}");
    }
}

/// The name of each span, with its parent.
fn parents(captured: &Captured) -> Facts {
    let name_of = |id| captured.spans().iter().find(|span| span.span_id == id).map(|span| span.name);
    let parent =
        |parent: Option<_>| parent.map_or("none", |id| name_of(id).expect("the parent was recorded"));
    captured
        .spans()
        .iter()
        .map(|span| (format!("{} parent", span.name), parent(span.parent).to_owned()))
        .collect()
}

/// The fields of each span, with a word in the place of each identifier.
fn fields(captured: &Captured, facts: &mut Facts, what: &str, source: &str) {
    for span in captured.spans() {
        for (name, value) in &span.fields {
            let trace = |of| captured.span(of).trace_id.to_string();
            let value = match name.as_str() {
                "source_trace_id" if value.to_string() == trace("op") => source.to_owned(),
                "parent_trace_id" if value.to_string() == trace("app") => "that of app".to_owned(),
                _ => value.to_string(),
            };
            facts.insert(format!("{} {what} {name}", span.name), value);
        }
    }
}

const OTLP: &[Deviation] = &[
    Deviation {
        fact: "op attribute trace_name",
        rows: |row| row.around && row.is_span(),
        why: "it says the span's name again, which every span has",
    },
    Deviation { fact: "copy: op attribute trace_name", rows: |row| row.is_copied(), why: "as above" },
    Deviation {
        fact: "op attribute parent_trace_id",
        rows: |row| row.around && row.is_top(),
        why: "a root tells the trace within which it began, as JDBC means to",
    },
    Deviation {
        fact: "copy: op attribute source_trace_id",
        rows: |row| row.is_copied(),
        why: "an identifier is written in hexadecimal everywhere",
    },
    Deviation {
        fact: "op events",
        rows: |row| row.is_span(),
        why: "an error is told once, as the call's outcome, and not by an event of the span",
    },
    Deviation { fact: "leak", rows: |row| row.is_copied(), why: "a copy is never current" },
];

#[test]
fn over_otlp_every_level_gives_what_it_gives_there() {
    let table: Vec<Value> =
        serde_json::from_str(include_str!("../data/golden/aws_otlp_trace_level_truth.json")).unwrap();
    let mut found = BTreeSet::new();
    for (number, given) in table.iter().enumerate() {
        let row = Row::read(given, "app_span_open", true, true);
        let mut theirs = Facts::new();
        for span in given["spans"].as_array().unwrap() {
            let name = span["name"].as_str().unwrap();
            let mut fact = |what: &str, value: String| theirs.insert(format!("{name} {what}"), value);
            fact("parent", span["parent"].as_str().unwrap_or("none").to_owned());
            fact("same trace", span["same_trace_as_app"].to_string());
            fact("status", span["status"].as_str().unwrap().to_owned());
            for link in span["links"].as_array().unwrap() {
                fact("link", link.as_str().unwrap().to_owned());
            }
            for event in span["events"].as_array().unwrap() {
                fact("events", event.as_str().unwrap().to_owned());
            }
            for (key, value) in span["attrs"].as_object().unwrap() {
                fact(&format!("attribute {key}"), value.as_str().unwrap().to_owned());
            }
        }
        theirs.insert("leak".to_owned(), (given["context_leaked_after_post_copy"] == true).to_string());

        let (captured, leaked) = row.run(WithoutParent::Promote);
        let mut ours = parents(&captured);
        ours.remove("app parent");
        fields(&captured, &mut ours, "attribute", "HEX");
        let app = captured.spans_named("app").first().map(|app| app.trace_id);
        for span in captured.spans().iter().filter(|span| span.name != "app") {
            let mut fact = |what: &str, value: String| ours.insert(format!("{} {what}", span.name), value);
            fact("same trace", (app == Some(span.trace_id)).to_string());
            fact("status", if span.outcome == Outcome::Ok { "OK".to_owned() } else { "ERROR".to_owned() });
            for link in &span.links {
                let linked = captured.spans().iter().find(|span| span.span_id == link.span_id()).unwrap();
                assert_eq!(linked.trace_id, link.trace_id());
                fact("link", linked.name.to_owned());
            }
        }
        ours.insert("leak".to_owned(), leaked.to_string());
        found.extend(check(number, &row, &theirs, &ours, OTLP));
    }
    assert_eq!(table.len(), 18);
    check_all_found(&found, OTLP);
}

const XRAY: &[Deviation] = &[
    Deviation {
        fact: "app parent",
        rows: |row| row.around && row.is_top(),
        why: "the application's own segment is never lost",
    },
    Deviation {
        fact: "op annotation trace_name",
        rows: |row| row.around && row.is_span() && !row.is_top(),
        why: "it says the span's name again, which every span has",
    },
    Deviation {
        fact: "op annotation parent_trace_id",
        rows: |row| row.around && row.is_top(),
        why: "a root tells the trace within which it began",
    },
    Deviation { fact: "crash", rows: |row| !row.is_span(), why: "what is not traced does not crash" },
];

/// Facts of a segment or a subsegment, and of those in it.
fn document(document: &Value, parent: &str, facts: &mut Facts) {
    let name = document["name"].as_str().unwrap();
    facts.insert(format!("{name} parent"), parent.to_owned());
    if document["error"] == true {
        facts.insert(format!("{name} error"), "true".to_owned());
    }
    for (key, value) in document["annotations"].as_object().into_iter().flatten() {
        facts.insert(format!("{name} annotation {key}"), value.as_str().unwrap().to_owned());
    }
    for below in document["subsegments"].as_array().into_iter().flatten() {
        self::document(below, name, facts);
    }
}

#[test]
fn over_xray_every_level_gives_what_it_gives_there() {
    let table: Vec<Value> =
        serde_json::from_str(include_str!("../data/golden/aws_xray_trace_level_truth.json")).unwrap();
    let mut found = BTreeSet::new();
    for (number, given) in table.iter().enumerate() {
        let well = given["ok"].as_bool().unwrap();
        let row = Row::read(given, "app_segment_open", well, !well);
        let mut theirs = Facts::new();
        given["docs"].as_array().unwrap().iter().for_each(|it| document(it, "none", &mut theirs));
        if given["error"].is_string() {
            theirs.insert("crash".to_owned(), "true".to_owned());
        }
        // There, nothing is nested where there is no segment.
        let (captured, leaked) = row.run(WithoutParent::Drop);
        assert!(!leaked);
        let mut ours = parents(&captured);
        fields(&captured, &mut ours, "annotation", "ID");
        for span in captured.spans().iter().filter(|span| span.outcome == Outcome::Error) {
            ours.insert(format!("{} error", span.name), "true".to_owned());
        }
        found.extend(check(number, &row, &theirs, &ours, XRAY));
    }
    assert_eq!(table.len(), 20);
    check_all_found(&found, XRAY);
}
