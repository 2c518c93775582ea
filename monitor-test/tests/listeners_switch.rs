//! A listener to one family costs nothing to the others. One test, since the switches are those of the process.

use monitor_core::Monitor;
use monitor_core::event::CommandEvent;
use monitor_core::event::FailoverEvent;
use monitor_core::event::HeartbeatEvent;
use monitor_core::event::PoolEvent;
use monitor_core::event::PoolReady;
use monitor_core::event::ServerEvent;
use monitor_core::event::TopologyEvent;
use monitor_core::is_heard;
use monitor_core::listener::Listener;
use monitor_core::listener::PoolListener;
use monitor_core::listener::from_fn;
use monitor_core::listener::register;

#[derive(Listener)]
struct Pools;

impl PoolListener for Pools {
    fn pool_ready(&self, event: &PoolReady) {
        let _ = event;
    }
}

#[track_caller]
fn check(heard: &[&str]) {
    let all = [
        ("command", is_heard::<CommandEvent>()),
        ("failover", is_heard::<FailoverEvent>()),
        ("heartbeat", is_heard::<HeartbeatEvent>()),
        ("pool", is_heard::<PoolEvent>()),
        ("server", is_heard::<ServerEvent>()),
        ("topology", is_heard::<TopologyEvent>()),
    ];
    let found: Vec<_> = all.into_iter().filter(|(_, heard)| *heard).map(|(name, _)| name).collect();
    assert_eq!(found, heard);
}

#[test]
fn each_family_is_on_where_it_is_heard_and_nowhere_else() {
    check(&[]);
    let pools = Monitor::builder().listener(Pools).build();
    check(&["pool"]);
    let commands = Monitor::builder().listener(from_fn(|_: &CommandEvent| ())).build();
    check(&["command", "pool"]);
    drop(pools);
    check(&["command"]);
    let registration = register(from_fn(|_: &ServerEvent| ()));
    check(&["command", "server"]);
    drop(registration);
    check(&["command"]);
    let registration = register(from_fn(|_: &ServerEvent| ()));
    // It has copied what was registered.
    let copy = Monitor::builder().build();
    drop(registration);
    check(&["command", "server"]);
    drop(copy);
    check(&["command"]);
    commands.shutdown(std::time::Duration::ZERO).unwrap();
    check(&[]);
}
