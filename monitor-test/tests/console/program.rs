//! The program that is watched: this test binary again, with one test that plays a role in it.

use std::env;
use std::io;
use std::io::Write;
use std::panic;
use std::time::Duration;

use monitor_core::ManualClock;
use monitor_core::Monitor;
use monitor_core::Outcome;
use monitor_core::Resource;
use monitor_core::Span;
use monitor_core::recorders::Console;

/// Says which role is played: `steps`, `panics` or `resized`, and after a colon a name.
pub(crate) const ROLE: &str = "MONITOR_TEST_CONSOLE";

const PATIENCE: Duration = Duration::from_secs(60);

/// Says something of its own.
fn say(text: &str) {
    let mut out = io::stdout();
    writeln!(out, "{text}").and_then(|()| out.flush()).unwrap();
}

struct Watched {
    clock: ManualClock,
    monitor: Monitor,
}

impl Watched {
    fn new() -> Self {
        let clock = ManualClock::default();
        let monitor = Monitor::builder()
            .clock(clock.clone())
            .resource(Resource::default().with("service.name", "shop"))
            .interval(PATIENCE)
            .recorder(Console::default().live())
            .build();
        Self { clock, monitor }
    }

    fn call(&self, name: &'static str, outcome: Outcome) {
        self.monitor.scope(|| {
            let outer = Span::start("outer");
            let mut inner = Span::start(name);
            inner.set("field", name);
            self.clock.advance(Duration::from_millis(if outcome == Outcome::Ok { 2 } else { 3 }));
            inner.end(outcome);
            drop(outer);
        });
    }

    fn flush(&self) {
        self.monitor.flush(PATIENCE).unwrap();
    }
}

#[test]
fn plays_its_role() {
    let Ok(role) = env::var(ROLE) else { return };
    let (role, name) = role.split_once(':').unwrap();
    let name: &'static str = name.to_owned().leak();
    let watched = Watched::new();
    (0..3).for_each(|number| say(&format!("before {number}")));
    watched.call(name, Outcome::Ok);
    watched.flush();
    say("FIRST");
    match role {
        "panics" => {
            let _ = panic::catch_unwind(|| panic!("told to a whole terminal"));
            say("SECOND");
        }
        "resized" => {
            // Until somebody has changed the size.
            io::stdin().read_line(&mut String::new()).unwrap();
            watched.flush();
            say("SECOND");
        }
        _ => {
            (0..40).for_each(|number| say(&format!("own {number}")));
            watched.clock.advance(Duration::from_secs(2));
            (0..5).for_each(|_| watched.call(name, Outcome::Error));
            watched.flush();
            say("SECOND");
        }
    }
    watched.monitor.shutdown(PATIENCE).unwrap();
    drop(watched);
    say("THIRD");
}
