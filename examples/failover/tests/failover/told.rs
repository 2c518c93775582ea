//! What the driver tells of a failover: the counters, the call that failed over, the events in their order, and that
//! nothing is left open.

use failover::Client;
use monitor_core::FieldValue;
use monitor_core::MetricData;
use monitor_core::recorders::memory::FinishedSpan;
use monitor_test::CaptureBuilder;
use monitor_test::Captured;

use crate::ledger::Ledger;
use crate::load::Load;
use crate::load::until;

/// A load whose writer is killed in the middle, and what is told of it until everything is closed.
async fn told(connected: impl Future<Output = Client>, kill: impl FnOnce()) -> (Captured, Ledger) {
    let ledger = Ledger::default();
    let capture = CaptureBuilder::default().monitor(|monitor| monitor.copies().listener(ledger.clone()));
    let captured = capture.run_async(async {
        let client = connected.await;
        let load = Load::start(&client, 4).await;
        load.go_on(50).await;
        kill();
        load.go_on(50).await;
        load.end(&client).await;
        drop(client);
        until("everything to be closed", || ledger.open().is_empty()).await;
    });
    (captured.await, ledger)
}

/// Everything that is to be told of one death.
fn check((captured, ledger): (Captured, Ledger), command: &str) {
    check_counts(&captured);
    // Who comes after another has found the host dead gets no connection any more.
    check_call(&captured, &[command, "Pool::check_out"]);
    check_order(&ledger.history());
    assert_eq!(ledger.open(), [""; 0]);
    captured.assert_no_losses();
}

fn check_counts(captured: &Captured) {
    let counts = ["triggered", "completed.success", "completed.failed"]
        .map(|name| captured.point(&format!("writer_failover.{name}.count"), &[]).clone());
    assert_eq!(counts, [1, 1, 0].map(MetricData::Counter), "{}", failed_over(captured));
    for point in &captured.metric("db.client.connection.count").points {
        assert_eq!(point.data, MetricData::UpDownCounter(0), "connections are left: {point:?}");
    }
}

/// From the client's call down the plugins to the command that failed, and beside that the search.
fn check_call(captured: &Captured, ends: &[&str]) {
    let search = captured.span("failover to writer host");
    let plugin = parent(captured, search);
    let call = parent(captured, plugin);
    assert_eq!((call.name, call.error_type, call.parent), ("Client::execute", Some("FailoverSuccess"), None));
    assert_eq!((plugin.name, position(plugin)), ("failover::execute", Some(1)));
    let next = child(captured, plugin, "host_monitoring::execute");
    assert_eq!((position(next), next.field("plugin.next.calls")), (Some(2), Some(&FieldValue::Unsigned(1))));
    let end = child(captured, next, "driver::exchange");
    assert_eq!((position(end), end.error_type), (Some(3), Some("Disconnected")));
    let failed = captured.children_of(end).into_iter().filter(|span| span.error_type == Some("Disconnected"));
    let failed: Vec<_> = failed.map(|span| span.name).collect();
    assert!(matches!(failed[..], [end] if ends.contains(&end)), "{failed:?}");
    child(captured, search, "Failover::promote");
    let copy = captured.span("copy: failover to writer host");
    let source = copy.field("source_trace_id").map(ToString::to_string);
    assert_eq!((copy.parent, source), (None, Some(search.trace_id.to_string())));
}

/// The search, then what the hosts say, and then its end.
fn check_order(history: &[String]) {
    let mut from = 0;
    for told in [
        "server Primary -> Unknown",
        "topology WithPrimary -> WithoutPrimary",
        "failover started",
        "server Replica -> Primary",
        "topology WithoutPrimary -> WithPrimary",
        "failover succeeded",
    ] {
        let found = history[from..].iter().position(|line| line == told);
        from += found.unwrap_or_else(|| panic!("`{told}` does not come next: {history:#?}")) + 1;
    }
}

#[track_caller]
fn parent<'a>(captured: &'a Captured, of: &FinishedSpan) -> &'a FinishedSpan {
    let found = captured.spans().iter().find(|span| Some(span.span_id) == of.parent);
    found.unwrap_or_else(|| panic!("{} has no parent:\n{}", of.name, captured.tree()))
}

/// The last child of this name.
#[track_caller]
fn child<'a>(captured: &'a Captured, of: &FinishedSpan, name: &str) -> &'a FinishedSpan {
    let found = captured.children_of(of).into_iter().rfind(|span| span.name == name);
    found.unwrap_or_else(|| panic!("{name} is not called by {}:\n{}", of.name, failed_over(captured)))
}

fn position(span: &FinishedSpan) -> Option<u64> {
    match span.field("plugin.position") {
        Some(FieldValue::Unsigned(position)) => Some(*position),
        _ => None,
    }
}

/// What is to be seen where something is not as it should be; a load tells thousands of spans.
fn failed_over(captured: &Captured) -> String {
    let searches = captured.spans_named("failover to writer host");
    let traces: Vec<_> = searches.iter().map(|search| search.trace_id).collect();
    let spans = captured.spans().iter().filter(|span| traces.contains(&span.trace_id));
    spans.map(|span| format!("{} {:?} {:?}\n", span.name, span.outcome, span.error_type)).collect()
}

mod sqlite {
    use std::time::Duration;

    use failover::plugin::Detection;
    use failover::plugin::HostMonitoring;
    use failover::sqlite::Servers;
    use failover::sqlite::Sqlite;

    use super::*;
    use crate::sqlite::connected;
    use crate::sqlite::settings;

    #[tokio::test(flavor = "multi_thread")]
    async fn a_death_is_one_failover_and_nothing_is_left_open() {
        let servers = Servers::start().unwrap();
        let kill = || servers.kill(servers.first_writer());
        check(told(connected(&servers), kill).await, "SqliteConnection::execute");
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn the_call_that_fails_over_goes_from_the_client_through_the_plugins_to_the_command() {
        let servers = Servers::start().unwrap();
        let ledger = Ledger::default();
        let capture = CaptureBuilder::default().monitor(|monitor| monitor.copies().listener(ledger.clone()));
        let captured = capture.run_async(async {
            let client = asked_once(&servers, &ledger).await;
            servers.kill(servers.first_writer());
            assert!(client.execute("CREATE TABLE t (a)", &[]).await.unwrap_err().asks_to_run_again());
        });
        let captured = captured.await;
        check_call(&captured, &["SqliteConnection::execute"]);
        assert_eq!(
            captured.span("Client::execute").trace_id,
            captured.span("failover to writer host").trace_id
        );
    }

    /// A client that has asked each host what it is, and asks no more: so nobody finds out before the call that the
    /// writer is dead.
    async fn asked_once(servers: &Servers, ledger: &Ledger) -> Client {
        let hour = Duration::from_secs(3600);
        let rarely = HostMonitoring::new(Detection { grace: hour, interval: hour, count: 1 });
        let mut settings = settings(servers).with(rarely);
        settings.plugins.retain(|plugin| plugin.about().name != "fastest_response");
        let client = Client::connect(Sqlite, settings).await.unwrap();
        until("each host to be asked", || ledger.heartbeats() == servers.hosts().len()).await;
        client
    }
}

#[cfg(unix)]
mod postgres {
    use super::*;
    use crate::postgres::connected;
    use crate::postgres::pair;

    #[tokio::test(flavor = "multi_thread")]
    async fn a_death_is_one_failover_and_nothing_is_left_open() {
        let Some(pair) = pair() else { return };
        check(told(connected(&pair), || pair.kill(0)).await, "PostgresConnection::execute");
    }
}
