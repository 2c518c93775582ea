//! What a command tells.

use monitor_core::event::CommandEvent;
use monitor_core::redaction::Failure;
use monitor_core::{Filter, MetricData, Monitor, Operation, OperationExt as _, SpanKind, monitored};
use monitor_test::Capture;

use crate::support::{Heard, monitor, never, now};

struct Driver {
    database: &'static str,
    connection: u32,
}

#[derive(Debug)]
struct Broken(u16);

impl Driver {
    #[monitored(command(
        system = "postgresql",
        database = self.database,
        collection = table,
        name = "SELECT",
        text = sql,
        document = format!("{sql} to {table}"),
        server = "db1.example.org:5433",
        connection_id = self.connection,
        server_connection_id = 77_i64,
        reply = |rows| format!("{} rows", rows.len()),
        rows = |rows| rows.len(),
        status = |error| error.0,
        failure = |error| Failure::server("it broke").code(error.0.into()),
    ))]
    fn select(&self, table: &str, sql: &str) -> Result<Vec<u32>, Broken> {
        if sql.is_empty() { Err(Broken(42)) } else { Ok(vec![1, 2, 3]) }
    }
}

const DRIVER: Driver = Driver { database: "shop", connection: 5 };

#[test]
fn a_command_is_a_client_span_with_the_attributes_of_the_conventions() {
    let captured = Capture::run(|| DRIVER.select("users", "SELECT * FROM users WHERE id IN (1, 2)"));
    let span = captured.span("select");
    assert_eq!((span.metadata.kind, &*span.display_name), (SpanKind::Client, "SELECT users"));
    let fields: Vec<String> = span.fields.iter().map(|(name, value)| format!("{name}={value}")).collect();
    assert_eq!(
        fields,
        [
            "db.system.name=postgresql",
            "db.namespace=shop",
            "db.collection.name=users",
            "db.operation.name=SELECT",
            "db.query.summary=SELECT users",
            "db.query.text=SELECT * FROM users WHERE id IN (?)",
            "server.address=db1.example.org",
            "server.port=5433",
            "db.response.returned_rows=3",
        ]
    );
}

#[test]
fn a_command_that_fails_has_the_code_and_the_kind_of_the_error() {
    let captured = Capture::run(|| DRIVER.select("users", "").unwrap_err().0);
    let span = captured.span("select");
    assert_eq!(span.field("db.response.status_code").unwrap().to_string(), "42");
    let labels = [("db.operation.name", "SELECT"), ("error.type", span.error_type.unwrap())];
    assert!(
        matches!(captured.point("db.client.operation.duration", &labels), MetricData::Histogram(it) if it.count() == 1)
    );
}

#[test]
fn commands_have_the_metrics_of_the_conventions() {
    let captured = Capture::run(|| DRIVER.select("users", "SELECT 1"));
    let duration = captured.metric("db.client.operation.duration");
    assert_eq!((&*duration.unit, duration.points.len()), ("s", 1));
    let labels: Vec<String> =
        duration.points[0].labels.iter().map(|(name, value)| format!("{name}={value}")).collect();
    assert_eq!(
        labels,
        [
            "db.system.name=postgresql",
            "db.namespace=shop",
            "db.operation.name=SELECT",
            "db.collection.name=users",
            "server.address=db1.example.org",
        ],
        "no error type where nothing went wrong"
    );
    let MetricData::Histogram(times) = &duration.points[0].data else { panic!("no histogram") };
    let bounds = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 10.0, f64::INFINITY];
    assert!(times.bucket_counts().all(|(bound, _)| bounds.contains(&bound)), "{times:?}");
    let MetricData::Histogram(rows) = &captured.metric("db.client.response.returned_rows").points[0].data
    else {
        panic!("no histogram")
    };
    assert_eq!((rows.count(), rows.sum()), (1, 3.0));
}

#[test]
fn both_events_of_a_command_have_its_numbers_and_its_span() {
    let (monitor, memory, heard) = monitor();
    monitor.scope(|| {
        DRIVER.select("users", "SELECT 1").unwrap();
        DRIVER.select("users", "").unwrap_err();
    });
    monitor.flush(std::time::Duration::from_secs(60)).unwrap();
    let events = heard.take();
    let spans = memory.take_spans();
    let [
        (CommandEvent::Started(started), at),
        (CommandEvent::Succeeded(succeeded), then),
        _,
        (CommandEvent::Failed(failed), _),
    ] = &events[..]
    else {
        panic!("{events:?}")
    };
    assert_eq!(started.info, succeeded.info);
    assert_eq!((started.command.as_str(), succeeded.reply.as_str()), ("SELECT 1 to users", "3 rows"));
    assert_eq!(failed.failure.as_str(), r#"{"code": 42, "errmsg": "it broke"}"#);
    assert_eq!((started.request_id, failed.request_id), (started.operation_id, failed.operation_id));
    assert_ne!(started.request_id, failed.request_id);
    assert_eq!((started.connection_id, started.server_connection_id), (Some(5), Some(77)));
    assert_eq!(
        (&*started.database_name, started.address.to_string()),
        ("shop", "db1.example.org:5433".to_owned())
    );
    assert_eq!((at, then), (&Some(spans[0].span()), &Some(spans[0].span())));
}

trait Placed {
    fn span(&self) -> monitor_core::SpanContext;
}

impl Placed for monitor_core::recorders::memory::FinishedSpan {
    fn span(&self) -> monitor_core::SpanContext {
        monitor_core::SpanContext::new(self.trace_id, self.span_id)
    }
}

#[test]
fn a_listener_hears_also_where_nobody_records_the_call() {
    let heard = Heard::default();
    let silent = "off".parse::<Filter>().unwrap();
    let monitor = Monitor::builder().filter(silent).listener(heard.listener()).build();
    monitor.scope(|| DRIVER.select("users", "SELECT 1")).unwrap();
    assert_eq!(heard.told(), ["SELECT started SELECT 1 to users", "SELECT succeeded 3 rows"]);
    assert!(monitor.snapshot().function("select").is_none());
}

#[monitored(command(system = "sqlite", text = sql, batch = size))]
fn execute(sql: &str, size: usize) {
    let _ = (sql, size);
}

#[monitored(command(system = "redis", name = name, target = target, database = database))]
fn command(name: Option<&str>, target: Option<&str>, database: Option<&str>) {
    let _ = (name, target, database);
}

#[test]
fn a_span_is_named_by_summary_then_operation_and_target_then_system() {
    let captured = Capture::run(|| {
        execute("UPDATE t SET a = 1", 0);
        command(Some("GET"), Some("index"), Some("0"));
        command(Some("GET"), None, Some("0"));
        command(Some("PING"), None, None);
        command(None, None, Some("0"));
        command(None, None, None);
    });
    let names: Vec<&str> = captured.spans().iter().map(|span| &*span.display_name).collect();
    assert_eq!(names, ["UPDATE t", "GET index", "GET 0", "PING", "0", "redis"]);
    assert!(captured.tree().starts_with("UPDATE t ok db.system.name=\"sqlite\""));
}

#[test]
fn one_operation_is_no_batch() {
    let captured = Capture::run(|| [0, 1, 2].map(|size| execute("INSERT INTO t VALUES (1)", size)));
    let sizes: Vec<_> = captured
        .spans()
        .iter()
        .map(|span| span.field("db.operation.batch.size").map(ToString::to_string))
        .collect();
    assert_eq!(sizes, [Some("0".to_owned()), None, Some("2".to_owned())]);
}

#[test]
fn retries_share_the_number_of_their_operation() {
    let (monitor, _, heard) = monitor();
    let operation = Operation::new();
    monitor.scope(|| {
        operation.run(|| DRIVER.select("users", "").or_else(|_| DRIVER.select("users", "SELECT 1"))).unwrap();
        now(async { DRIVER.select("users", "SELECT 1") }.in_operation(operation)).unwrap();
        DRIVER.select("users", "SELECT 1").unwrap();
    });
    assert_eq!(Operation::current(), None);
    let mut numbers = Vec::new();
    for (event, _) in heard.take() {
        if let CommandEvent::Started(event) = event {
            numbers.push((event.operation_id == operation.id(), event.request_id == event.operation_id));
        }
    }
    assert_eq!(numbers, [(true, false), (true, false), (true, false), (false, true)]);
}

/// A driver of another kind: the text comes parameterised, the numbers are its own.
#[monitored(command(
    system = system.as_str(),
    raw_text = "SELECT $1 -- kept",
    request_id = 7,
    operation_id = Some(3),
    service_id = "svc",
    summary = "own summary",
))]
async fn prepared(system: String) -> Result<(), Broken> {
    if system.is_empty() {
        never().await;
    }
    Ok(())
}

#[test]
fn what_the_driver_knows_better_is_told_as_it_is() {
    let (monitor, memory, heard) = monitor();
    monitor.scope(|| now(prepared("postgresql".to_owned()))).unwrap();
    monitor.flush(std::time::Duration::from_secs(60)).unwrap();
    let spans = memory.take_spans();
    assert_eq!(&*spans[0].display_name, "own summary");
    assert_eq!(spans[0].field("db.query.text").unwrap().to_string(), "SELECT $1 -- kept");
    let Some((CommandEvent::Started(started), _)) = heard.take().into_iter().next() else {
        panic!("no event")
    };
    assert_eq!((started.request_id, started.operation_id), (7, 3));
    assert_eq!((started.service_id.as_deref(), &*started.command_name), (Some("svc"), "SELECT"));
}
