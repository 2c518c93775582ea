//! Trace levels at X-Ray: the documents that the AWS driver gave, row by row, and what is otherwise here.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use monitor_core::Monitor;
use monitor_core::Outcome;
use monitor_core::Span;
use monitor_core::TraceLevel;
use monitor_core::WithoutParent;
use monitor_test::loopback::Manner;
use monitor_test::loopback::PATIENCE;
use monitor_test::loopback::Peer;
use serde_json::Value;

use crate::xray::to;
use crate::xray_judge::received;

/// Facts by name, such as `op parent`.
type Facts = BTreeMap<String, String>;

fn level(name: &Value) -> TraceLevel {
    match name.as_str() {
        Some("FORCE_TOP_LEVEL") => TraceLevel::ForceTopLevel,
        Some("NESTED") => TraceLevel::Nested,
        Some("TOP_LEVEL") => TraceLevel::TopLevel,
        _ => TraceLevel::NoTrace,
    }
}

/// Facts of a segment or a subsegment, and of those in it.
fn facts(document: &Value, parent: &str, found: &mut Facts) {
    let name = document["name"].as_str().unwrap();
    found.insert(format!("{name} parent"), parent.to_owned());
    // The driver tells every failure as an error; here it is a fault where nobody says that the caller is to blame.
    if document["error"] == true || document["fault"] == true {
        found.insert(format!("{name} failed"), "true".to_owned());
    }
    for (key, value) in document["annotations"].as_object().into_iter().flatten() {
        let value = value.as_str().unwrap();
        let value = if key.ends_with("trace_id") { "ID" } else { value };
        found.insert(format!("{name} annotation {key}"), value.to_owned());
    }
    for below in document["subsegments"].as_array().into_iter().flatten() {
        facts(below, name, found);
    }
}

/// Does the same with our monitor; tells how many spans that gives.
fn run(row: &Value) -> usize {
    let copy = level(&row["post_copy"]);
    let open = || Span::builder("app").level(TraceLevel::ForceTopLevel).start();
    let app = (row["app_segment_open"] == true).then(open);
    let mut op = Span::builder("op").level(level(&row["level"])).start();
    op.set("k", "v");
    if row["ok"] != true {
        op.set("exception_type", "ValueError");
        op.set("exception_message", "boom");
    }
    op.copy(copy);
    let recorded = op.context().is_some_and(|op| Some(op) != app.as_ref().and_then(Span::context));
    op.end(if row["ok"] == true { Outcome::Ok } else { Outcome::Error });
    usize::from(app.is_some()) + usize::from(recorded) * (1 + usize::from(copy != TraceLevel::NoTrace))
}

#[test]
fn every_level_gives_the_documents_that_it_gives_there() {
    let table: Vec<Value> =
        serde_json::from_str(include_str!("../data/golden/aws_xray_trace_level_truth.json")).unwrap();
    let peer = Peer::udp(Manner::Collecting);
    for (number, row) in table.iter().enumerate() {
        let mut theirs = Facts::new();
        row["docs"].as_array().unwrap().iter().for_each(|document| facts(document, "none", &mut theirs));
        let builder = Monitor::builder().recorder(to(&peer)).copies().without_parent(WithoutParent::Drop);
        let submit = row["submit_toplevel"] == true;
        let monitor = if submit { builder.submit_top_level() } else { builder }.build();
        let spans = monitor.scope(|| run(row));
        monitor.shutdown(PATIENCE).unwrap();
        let mut ours = Facts::new();
        if spans > 0 {
            received(&peer, spans).iter().for_each(|document| facts(document, "none", &mut ours));
        }
        let names: BTreeSet<_> = theirs.keys().chain(ours.keys()).collect();
        let differing = names.into_iter().filter(|name| theirs.get(*name) != ours.get(*name));
        for name in differing {
            let why = match &**name {
                "app parent" => "the application's own segment is never lost",
                "op annotation trace_name" => "it says the name again that every segment has",
                "op annotation parent_trace_id" => "a root tells the trace within which it began",
                _ => panic!("row {number}: {name} differs\ntheirs: {theirs:#?}\nours: {ours:#?}"),
            };
            assert!(row["app_segment_open"] == true, "row {number}: {name}: {why}");
        }
    }
    assert_eq!(table.len(), 20);
}
