//! What events are called, what they tell, and how a type of event of one's own is made.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use monitor_core::event::Address;
use monitor_core::event::CommandEvent;
use monitor_core::event::CommandInfo;
use monitor_core::event::CommandName;
use monitor_core::event::CommandStarted;
use monitor_core::event::CommandSucceeded;
use monitor_core::event::Document;
use monitor_core::event::Event;
use monitor_core::event::FailoverEvent;
use monitor_core::event::HeartbeatEvent;
use monitor_core::event::IntoEvent;
use monitor_core::event::PoolCleared;
use monitor_core::event::PoolCreated;
use monitor_core::event::PoolEvent;
use monitor_core::event::PoolOptions;
use monitor_core::event::ServerClosed;
use monitor_core::event::ServerEvent;
use monitor_core::event::Severity;
use monitor_core::event::TopologyEvent;

/// What PyMongo does, seen by running it.
fn golden(key: &str) -> serde_json::Value {
    let text = include_str!("data/golden/pymongo_events.json");
    serde_json::from_str::<serde_json::Value>(text).unwrap()[key].clone()
}

#[track_caller]
fn check<E: IntoEvent>(event: E, name: &str, severity: Severity, fields: &str) {
    let event = event.into_event();
    let mut told = Vec::new();
    event.fields(&mut |name, value| told.push(format!("{name}={value}")));
    assert_eq!((event.name(), event.severity(), &*told.join(" ")), (name, severity, fields));
}

#[test]
fn all_events_of_drivers_have_a_name_that_stays() {
    let families = [
        CommandEvent::family(),
        FailoverEvent::family(),
        HeartbeatEvent::family(),
        PoolEvent::family(),
        ServerEvent::family(),
        TopologyEvent::family(),
    ];
    let names: Vec<_> = families.iter().flat_map(|family| family.events()).copied().collect();
    let expected = [
        "command.failed",
        "command.started",
        "command.succeeded",
        "failover.failed",
        "failover.started",
        "failover.succeeded",
        "heartbeat.failed",
        "heartbeat.started",
        "heartbeat.succeeded",
        "pool.connection_check_out_failed",
        "pool.connection_check_out_started",
        "pool.connection_checked_in",
        "pool.connection_checked_out",
        "pool.connection_closed",
        "pool.connection_created",
        "pool.connection_ready",
        "pool.cleared",
        "pool.closed",
        "pool.created",
        "pool.ready",
        "server.closed",
        "server.description_changed",
        "server.opened",
        "topology.closed",
        "topology.description_changed",
        "topology.opened",
    ];
    assert_eq!(names, expected);
    for family in families {
        assert!(family.events().iter().all(|name| name.starts_with(&format!("{}.", family.name()))));
    }
}

#[test]
fn an_event_tells_its_fields_and_none_of_what_is_absent() {
    let info = CommandInfo::new(CommandName::literal("find"), 7, Address::tcp("db", 27017));
    check(
        CommandStarted::new(&info, Document::redacted()),
        "command.started",
        Severity::Info,
        "db.operation.name=find server.address=db server.port=27017 request_id=7 operation_id=7 command={}",
    );
    let info = info.database("shop").operation(3).connection(1).server_connection(-5).service("0a");
    check(
        CommandSucceeded::new(&info, Duration::from_millis(1500), "{\"ok\": 1}"),
        "command.succeeded",
        Severity::Info,
        "db.operation.name=find db.namespace=shop server.address=db server.port=27017 request_id=7 operation_id=3 \
         connection_id=1 server_connection_id=-5 service_id=0a duration=1.5 reply={\"ok\": 1}",
    );
    let options =
        PoolOptions { max_size: Some(10), max_idle: Some(Duration::from_secs(60)), ..PoolOptions::default() };
    check(
        PoolCreated::new(Address::unix("/run/db.sock"), Arc::new(options)),
        "pool.created",
        Severity::Info,
        "server.address=/run/db.sock max_idle=60 max_size=10",
    );
    check(
        PoolCleared::new(Address::of_host("db")).service("0a").interrupting(),
        "pool.cleared",
        Severity::Info,
        "server.address=db service_id=0a interrupt_in_use_connections=true",
    );
    check(
        ServerClosed::new(Address::of_host("db"), "7"),
        "server.closed",
        Severity::Warn,
        "server.address=db topology_id=7",
    );
}

#[test]
fn a_command_without_a_name_is_an_error_where_pymongo_has_one() {
    assert_eq!(golden("empty_command"), "ValueError");
    let error = CommandName::new("").unwrap_err().to_string();
    assert!(error.starts_with("\"\" is no valid command"), "{error}");
}

#[test]
fn the_number_of_an_operation_is_that_of_its_request_as_pymongo_has_it() {
    let request = golden("operation_id_defaults_to_request_id")[0].as_i64().unwrap();
    let info = CommandInfo::new(CommandName::literal("find"), request, Address::of_host("db"));
    assert_eq!(info.operation_id, request);
}

#[derive(Clone, Debug, Event)]
struct CacheEvicted {
    key: String,
    bytes: Option<u64>,
    #[event(display)]
    by: Address,
    #[event(debug, name = "because")]
    why: Option<Duration>,
    after: Duration,
    #[event(skip)]
    _all: Vec<u8>,
}

#[derive(Clone, Debug, Event)]
#[event(severity = debug)]
enum CacheEvent<'a, T>
where
    'a: 'a,
{
    Cleared,
    #[event(severity = error)]
    ReadFailed(Cow<'static, str>, T),
    #[event(name = "cache.grown")]
    Grew {
        r#type: &'a str,
    },
}

#[derive(Clone, Debug, Event)]
#[event(name = "jobs", severity = "warn")]
enum Job {
    Done,
    Lost,
}

#[derive(Clone, Debug, Event)]
struct Event2;

#[derive(Clone, Debug, Event)]
enum Never {}

#[test]
fn a_type_of_ones_own_is_named_after_itself() {
    let evicted = CacheEvicted {
        key: "a".into(),
        bytes: None,
        by: Address::tcp("db", 1),
        why: Some(Duration::from_secs(2)),
        after: Duration::from_millis(500),
        _all: vec![1],
    };
    check(evicted, "cache_evicted", Severity::Info, "key=a by=db:1 because=Some(2s) after=0.5");
    check(Event2, "event2", Severity::Info, "");
    type Cache = CacheEvent<'static, u8>;
    check(Cache::Cleared, "cache.cleared", Severity::Debug, "");
    check(Cache::ReadFailed("io".into(), 7), "cache.read_failed", Severity::Error, "0=io 1=7");
    check(Cache::Grew { r#type: "lru" }, "cache.grown", Severity::Debug, "type=lru");
    check(Job::Done, "jobs.done", Severity::Warn, "");
    check(Job::Lost, "jobs.lost", Severity::Warn, "");
    assert_eq!((Never::family().name(), Never::family().events()), ("never", &[][..]));
}
