//! Hears what a driver does, as it happens: each command that fails, each pool that was cleared.
//!
//! `cargo run -p examples --example listeners`

use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering;
use std::time::Duration;
use std::time::Instant;

use monitor_core::InstallError;
use monitor_core::Monitor;
use monitor_core::emit;
use monitor_core::event::Address;
use monitor_core::event::CommandFailed;
use monitor_core::event::CommandInfo;
use monitor_core::event::CommandName;
use monitor_core::event::CommandStarted;
use monitor_core::event::CommandSucceeded;
use monitor_core::event::Event;
use monitor_core::event::PoolCleared;
use monitor_core::listener;
use monitor_core::listener::CommandListener;
use monitor_core::listener::EventListener;
use monitor_core::listener::Listener;
use monitor_core::listener::PoolListener;
use monitor_core::listener::log::CommandLog;

/// An event of this program's own.
#[derive(Clone, Debug, Event)]
#[event(severity = warn)]
struct CacheCold {
    key: String,
}

/// Deriving is all that it takes: which families it hears, the compiler finds out.
#[derive(Listener)]
#[listener(CacheCold)]
struct Alarm {
    failures: AtomicU64,
}

impl CommandListener for Alarm {
    fn failed(&self, event: &CommandFailed) {
        let count = self.failures.fetch_add(1, Ordering::Relaxed) + 1;
        println!("failure {count}: {} on {}: {}", event.command_name, event.address, event.failure);
    }
}

impl PoolListener for Alarm {
    fn pool_cleared(&self, event: &PoolCleared) {
        println!("the pool of {} was cleared", event.address);
    }
}

impl EventListener<CacheCold> for Alarm {
    fn hear(&self, event: &CacheCold) {
        println!("{} was not in the cache", event.key);
    }
}

/// A driver of a few lines. Where nobody listens, each `emit` costs it one load.
fn run(name: CommandName, request: i64, reply: Result<&'static str, &'static str>) {
    let server = Address::tcp("localhost", 27017);
    let info = CommandInfo::new(name, request, server.clone()).database("shop");
    let start = Instant::now();
    emit(|| CommandStarted::new(&info, "{}"));
    match reply {
        Ok(reply) => emit(|| CommandSucceeded::new(&info, start.elapsed(), reply)),
        Err(failure) => {
            emit(|| CommandFailed::new(&info, start.elapsed(), failure));
            emit(|| PoolCleared::new(server));
        }
    }
}

fn main() -> Result<(), InstallError> {
    const FIND: CommandName = CommandName::literal("find");

    // What takes long belongs at the other end of a channel.
    let (into_channel, events) = listener::channel(1000);
    let slow = std::thread::spawn(move || events.iter().map(|cold: CacheCold| cold.key.len()).sum::<usize>());

    let monitor = Monitor::builder()
        .listener(Alarm { failures: AtomicU64::new(0) })
        .listener(CommandLog::to(|severity, line| println!("{severity} {line}")))
        .listener(into_channel)
        .install()?;
    run(FIND, 1, Ok(r#"{"ok": 1}"#));
    run(FIND, 2, Err("connection reset"));
    emit(|| CacheCold { key: "orders".into() });

    // Its channel ends with the monitor.
    let _ = monitor.shutdown(Duration::from_secs(1));
    println!("{} letters were read from the channel", slow.join().unwrap_or_default());
    Ok(())
}
