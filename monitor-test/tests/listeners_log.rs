//! The lines that the listeners in `listener::log` write, word for word.

#[path = "support/heard.rs"]
mod heard;

use std::fmt;
use std::sync::Arc;
use std::sync::Mutex;
use std::time::Duration;

use monitor_core::Monitor;
use monitor_core::event::Address;
use monitor_core::event::CheckOutFailedReason;
use monitor_core::event::ClosedReason;
use monitor_core::event::CommandFailed;
use monitor_core::event::CommandInfo;
use monitor_core::event::CommandName;
use monitor_core::event::CommandStarted;
use monitor_core::event::CommandSucceeded;
use monitor_core::event::ConnectionCheckOutFailed;
use monitor_core::event::ConnectionCheckOutStarted;
use monitor_core::event::ConnectionCheckedIn;
use monitor_core::event::ConnectionCheckedOut;
use monitor_core::event::ConnectionClosed;
use monitor_core::event::ConnectionCreated;
use monitor_core::event::ConnectionReady;
use monitor_core::event::FailoverFailed;
use monitor_core::event::FailoverKind;
use monitor_core::event::FailoverStarted;
use monitor_core::event::FailoverSucceeded;
use monitor_core::event::HeartbeatFailed;
use monitor_core::event::HeartbeatInfo;
use monitor_core::event::HeartbeatStarted;
use monitor_core::event::HeartbeatSucceeded;
use monitor_core::event::IntoEvent;
use monitor_core::event::PoolCleared;
use monitor_core::event::PoolClosed;
use monitor_core::event::PoolCreated;
use monitor_core::event::PoolReady;
use monitor_core::event::ServerClosed;
use monitor_core::event::ServerDescription;
use monitor_core::event::ServerDescriptionChanged;
use monitor_core::event::ServerKind;
use monitor_core::event::ServerOpened;
use monitor_core::event::Severity;
use monitor_core::event::TopologyClosed;
use monitor_core::event::TopologyDescription;
use monitor_core::event::TopologyDescriptionChanged;
use monitor_core::event::TopologyKind;
use monitor_core::event::TopologyOpened;
use monitor_core::listener::log::CommandLog;
use monitor_core::listener::log::EventLog;
use monitor_core::listener::log::TracingLog;
use tracing::Event;
use tracing::Subscriber;
use tracing::field::Field;
use tracing::field::Visit;
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;
use tracing_subscriber::layer::SubscriberExt as _;

use heard::Heard;

const TOOK: Duration = Duration::from_micros(362);

fn address() -> Address {
    Address::tcp("localhost", 27017)
}

fn command() -> CommandInfo {
    CommandInfo::new(CommandName::literal("insert"), 50073, address())
}

/// What is written for one event.
#[track_caller]
fn check<E: IntoEvent>(event: E, expected: &[&str]) {
    let heard = Heard::default();
    let lines = heard.clone();
    let log = EventLog::to(move |severity, line| {
        let mark = if severity == Severity::Info { String::new() } else { format!("{severity}: ") };
        lines.add(format!("{mark}{line}"));
    });
    Monitor::builder().listener(log).build().emit(|| event);
    assert_eq!(heard.take(), expected);
}

#[test]
fn commands() {
    check(
        CommandStarted::new(&command(), "{}"),
        &["Command insert with request id 50073 started on server localhost:27017"],
    );
    check(
        CommandSucceeded::new(&command(), TOOK, "{}"),
        &["Command insert with request id 50073 on server localhost:27017 succeeded in 362 microseconds"],
    );
    check(
        CommandFailed::new(&command(), TOOK, "{}"),
        &["Command insert with request id 50073 on server localhost:27017 failed in 362 microseconds"],
    );
}

#[test]
fn pools() {
    check(PoolCreated::new(address(), Arc::default()), &["[pool localhost:27017] pool created"]);
    check(PoolReady::new(address()), &["[pool localhost:27017] pool ready"]);
    check(PoolCleared::new(address()), &["[pool localhost:27017] pool cleared"]);
    check(PoolClosed::new(address()), &["[pool localhost:27017] pool closed"]);
    check(ConnectionCreated::new(address(), 1), &["[pool localhost:27017][conn #1] connection created"]);
    check(
        ConnectionReady::new(address(), 1, TOOK),
        &["[pool localhost:27017][conn #1] connection setup succeeded"],
    );
    check(
        ConnectionClosed::new(address(), 1, ClosedReason::PoolClosed),
        &[r#"[pool localhost:27017][conn #1] connection closed, reason: "poolClosed""#],
    );
    check(
        ConnectionCheckOutStarted::new(address()),
        &["[pool localhost:27017] connection check out started"],
    );
    check(
        ConnectionCheckOutFailed::new(address(), CheckOutFailedReason::Timeout, TOOK),
        &["[pool localhost:27017] connection check out failed, reason: timeout"],
    );
    check(
        ConnectionCheckedOut::new(address(), 1, TOOK),
        &["[pool localhost:27017][conn #1] connection checked out of pool"],
    );
    check(
        ConnectionCheckedIn::new(address(), 1),
        &["[pool localhost:27017][conn #1] connection checked into pool"],
    );
}

#[test]
fn servers() {
    let known = |kind| ServerDescription::new(address(), kind);
    check(ServerOpened::new(address(), "7"), &["Server localhost:27017 added to topology 7"]);
    check(
        ServerDescriptionChanged::new("7", known(ServerKind::Unknown), known(ServerKind::Primary)),
        &["Server localhost:27017 changed type from Unknown to Primary"],
    );
    let renamed = known(ServerKind::Primary).with(|facts| facts.set_name = Some("shop".into()));
    check(ServerDescriptionChanged::new("7", known(ServerKind::Primary), renamed), &[]);
    check(ServerClosed::new(address(), "7"), &["warn: Server localhost:27017 removed from topology 7"]);
}

#[test]
fn topologies() {
    let servers = |kinds: &[ServerKind]| {
        kinds.iter().map(|kind| ServerDescription::new(address(), *kind)).collect::<Vec<_>>()
    };
    let whole = TopologyDescription::new(TopologyKind::WithPrimary, servers(&[ServerKind::Primary]));
    let lost = TopologyDescription::new(TopologyKind::WithoutPrimary, servers(&[ServerKind::Replica]));
    check(TopologyOpened::new("7"), &["Topology with id 7 opened"]);
    check(
        TopologyDescriptionChanged::new("7", TopologyDescription::unknown(), whole.clone()),
        &[
            "Topology description updated for topology id 7",
            "Topology 7 changed type from Unknown to WithPrimary",
        ],
    );
    check(
        TopologyDescriptionChanged::new("7", lost.clone(), lost.clone()),
        &[
            "Topology description updated for topology id 7",
            "warn: No writable servers available.",
            "warn: No readable servers available.",
        ],
    );
    check(TopologyClosed::new("7"), &["Topology with id 7 closed"]);
}

#[test]
fn heartbeats() {
    let info = HeartbeatInfo::new(address());
    check(HeartbeatStarted::new(&info), &["Heartbeat sent to server localhost:27017"]);
    check(
        HeartbeatSucceeded::new(&info, TOOK, r#"{"ok": 1}"#),
        &[r#"Heartbeat to server localhost:27017 succeeded with reply {"ok": 1}"#],
    );
    check(
        HeartbeatFailed::new(&info, TOOK, "refused"),
        &["warn: Heartbeat to server localhost:27017 failed with error refused"],
    );
}

#[test]
fn failovers() {
    let (from, to) = (address(), Address::of_host("db2"));
    check(
        FailoverStarted::new(FailoverKind::Writer, from.clone()),
        &["warn: Failover of the writer from localhost:27017 started"],
    );
    check(
        FailoverSucceeded::new(FailoverKind::Writer, from.clone(), to, TOOK),
        &["Failover of the writer from localhost:27017 to db2 succeeded in 362 microseconds"],
    );
    check(
        FailoverFailed::new(FailoverKind::Reader, from, TOOK, "none left"),
        &[
            "error: Failover of the reader from localhost:27017 failed in 362 microseconds with error none left",
        ],
    );
}

#[test]
fn f62_nothing_that_a_server_says_forges_a_line() {
    check(
        HeartbeatFailed::new(&HeartbeatInfo::new(address()), TOOK, String::from("no\n\x1b[31mroute")),
        &["warn: Heartbeat to server localhost:27017 failed with error no\\u{a}\\u{1b}[31mroute"],
    );
}

#[test]
fn a_log_of_one_family_is_silent_about_the_others() {
    let heard = Heard::default();
    let lines = heard.clone();
    let log = CommandLog::to(move |_, line| lines.add(line.to_string()));
    let monitor = Monitor::builder().listener(log).build();
    monitor.emit(|| PoolReady::new(address()));
    assert!(heard.take().is_empty());
}

/// Writes target, level and fields of each `tracing` event.
#[derive(Clone, Default)]
struct Fields(Arc<Mutex<Vec<String>>>);

struct Line(String);

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.0.push_str(&format!(" {}={value:?}", field.name()));
    }
}

impl<S: Subscriber> Layer<S> for Fields {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let mut line = Line(format!("{} {}", event.metadata().target(), event.metadata().level()));
        event.record(&mut line);
        self.0.lock().unwrap().push(line.0);
    }
}

#[track_caller]
fn check_fields<E: IntoEvent>(event: E, expected: &str) {
    let fields = Fields::default();
    tracing::subscriber::with_default(tracing_subscriber::registry().with(fields.clone()), || {
        Monitor::builder().listener(TracingLog).build().emit(|| event);
    });
    assert_eq!(fields.0.lock().unwrap().join("|"), expected);
}

#[test]
fn tracing_gets_structured_fields_and_none_of_what_is_absent() {
    check_fields(
        CommandSucceeded::new(&command().database("shop").connection(3), Duration::from_micros(1500), "{\n}"),
        "monitor::command DEBUG message=Command succeeded commandName=insert databaseName=shop requestId=50073 \
         operationId=50073 driverConnectionId=3 serverHost=localhost serverPort=27017 durationMS=1.5 reply={\\u{a}}",
    );
    check_fields(
        ConnectionClosed::new(Address::unix("/run/db.sock"), 1, ClosedReason::Stale),
        "monitor::connection DEBUG message=Connection closed serverHost=/run/db.sock driverConnectionId=1 \
         reason=Connection became stale because the pool was cleared",
    );
    check_fields(
        HeartbeatFailed::new(&HeartbeatInfo::new(address()).awaited(), TOOK, "refused"),
        "monitor::topology DEBUG message=Server heartbeat failed serverHost=localhost serverPort=27017 awaited=true \
         durationMS=0.362 failure=refused",
    );
    check_fields(
        TopologyOpened::new("7"),
        "monitor::topology DEBUG message=Starting topology monitoring topologyId=7",
    );
    check_fields(
        FailoverStarted::new(FailoverKind::Writer, address()),
        "monitor::failover WARN message=Failover started kind=writer from=localhost:27017",
    );
}
