//! What is secret is found nowhere: not in spans, metrics, events, nor on the console.

use std::io;
use std::io::Write;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use monitor_core::recorders::{Console, Memory};
use monitor_core::redaction::{Failure, Sensitive, SensitiveCommands};
use monitor_core::{Monitor, field, monitored};

use crate::support::{Heard, monitor, now, poll};

const SECRET: &str = "hunter2";

#[derive(Clone, Default)]
struct Page(Arc<Mutex<Vec<u8>>>);

impl Write for Page {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Everything that leaves a program while `body` runs.
fn everything(body: impl FnOnce()) -> String {
    let (page, memory, heard) = (Page::default(), Memory::default(), Heard::default());
    let monitor = Monitor::builder()
        .recorder(memory.clone())
        .recorder(Console::new(page.clone()))
        .listener(heard.listener())
        .build();
    let _ = monitor.scope(|| catch_unwind(AssertUnwindSafe(body)));
    monitor.shutdown(Duration::from_secs(60)).unwrap();
    let console = String::from_utf8(page.0.lock().unwrap().clone()).unwrap();
    format!("{:?}\n{:?}\n{:?}\n{console}", memory.take_spans(), heard.take(), monitor.snapshot())
}

/// A secret in every place that something can be told from.
#[monitored(
    args(text, ?failing),
    fields(copy = text, late.field),
    labels(tenant = text, max = 10),
    ret, err,
    command(
        system = "mongodb",
        name = name,
        database = "admin",
        collection = text,
        target = text,
        summary = text,
        text = text,
        service_id = "svc",
        document = format!("{{\"{name}\": \"{text}\"}}"),
        reply = |reply| reply.clone(),
        rows = |reply| reply.len(),
        status = |_| SECRET,
        failure = |error| Failure::server(error.clone()).code(18),
    ),
)]
async fn run(name: &str, text: &str, failing: Option<&str>) -> Result<String, String> {
    field!(late.field = text);
    std::future::ready(()).await;
    match failing {
        Some("panic") => panic!("{text}"),
        Some(_) => Err(text.to_owned()),
        None => Ok(text.to_owned()),
    }
}

#[track_caller]
fn check(body: impl FnOnce()) -> String {
    let told = everything(body);
    assert!(!told.contains(SECRET), "{told}");
    told
}

#[test]
fn f67_of_a_sensitive_command_nothing_leaves_the_callsite() {
    for name in ["saslStart", "SASLSTART", "authenticate"] {
        let told = check(|| assert_eq!(now(run(name, SECRET, None)).unwrap(), SECRET));
        assert!(told.contains(name), "the name is told: {told}");
        let told = check(|| assert_eq!(now(run(name, SECRET, Some("error"))).unwrap_err(), SECRET));
        assert!(told.contains(r#"{\"code\": 18}"#), "{told}");
        check(|| drop(now(run(name, SECRET, Some("panic")))));
    }
}

#[test]
fn f67_what_is_sensitive_by_its_text_or_by_what_the_driver_says_is_so_in_every_place() {
    check(|| drop(now(run("ALTER", "ALTER ROLE ada PASSWORD 'hunter2'", None))));
    check(|| drop(now(run("CREATE", "CREATE USER hunter2", None))));
}

/// That the secret is told by a command that is not sensitive shows that these tests can find it.
#[test]
fn what_is_not_sensitive_is_told() {
    let told = everything(|| drop(now(run("find", SECRET, None))));
    assert!(told.matches(SECRET).count() > 8, "{told}");
}

#[monitored(args(text), command(system = "mongodb", name = "hello", document = text.to_owned(), reply = |reply| reply.clone()))]
fn hello(text: &str) -> Result<String, String> {
    Ok("{\"speculativeAuthenticate\": \"hunter2\"}".to_owned())
}

#[test]
fn f67_a_hello_is_sensitive_if_it_authenticates_and_so_is_its_reply() {
    check(|| drop(hello("{\"hello\": 1, \"speculativeAuthenticate\": {\"saslStart\": \"hunter2\"}}")));
    let (monitor, _, heard) = monitor();
    monitor.scope(|| hello("{\"hello\": 1}")).unwrap();
    assert_eq!(heard.told()[0], "hello started {\"hello\": 1}");
}

static OWN: SensitiveCommands = SensitiveCommands::new();

struct Driver {
    sensitive: Arc<SensitiveCommands>,
}

impl Driver {
    #[monitored(args(text), command(system = "redis", name = name, document = text.to_owned(), sensitive = &self.sensitive))]
    fn by_list(&self, name: &str, text: &str) {}

    #[monitored(args(text), command(system = "redis", name = "X", document = text.to_owned(), sensitive = text.len() > 3))]
    fn by_word(&self, text: &str) {}

    #[monitored(args(text), command(system = "redis", name = name, document = text.to_owned(), sensitive = &OWN))]
    fn by_static(&self, name: &str, text: &str) {}
}

#[test]
fn f67_a_driver_has_commands_of_its_own_that_are_sensitive() {
    let driver =
        Driver { sensitive: Arc::new(SensitiveCommands::new().name("unlock").phrase("; open vault")) };
    check(|| driver.by_list("UNLOCK", SECRET));
    check(|| driver.by_list("OPEN", "OPEN VAULT hunter2"));
    check(|| driver.by_word(SECRET));
    check(|| driver.by_static("AUTH", SECRET));
    check(|| driver.by_static("CONFIG", "CONFIG SET requirepass hunter2"));
    let (monitor, _, heard) = monitor();
    monitor.scope(|| driver.by_word("abc"));
    assert_eq!(heard.told()[0], "X started abc");
}

#[monitored(command(system = "postgresql", text = sql), err)]
fn query(sql: &str) -> Result<(), String> {
    Ok(())
}

#[test]
fn f67_literals_of_a_query_are_told_nowhere() {
    let told = check(|| query("SELECT * FROM users WHERE password = 'hunter2'").unwrap());
    assert!(told.contains("SELECT * FROM users WHERE password = ?"), "{told}");
    check(|| query("SELECT * FROM users WHERE password = 'hunter2").unwrap());
}

#[derive(Debug)]
#[expect(dead_code, reason = "read by `Debug` alone")]
struct Options {
    user: &'static str,
    password: Sensitive<&'static str>,
}

#[monitored(args(%password, ?options), ret)]
fn connect(password: &Sensitive<&'static str>, options: &Options) -> Sensitive<String> {
    Sensitive::new(password.expose().to_string())
}

#[test]
fn f67_a_sensitive_value_shows_nothing_wherever_it_is_captured() {
    let told = check(|| {
        let options = Options { user: "ada", password: Sensitive::new(SECRET) };
        assert_eq!(connect(&options.password, &options).into_exposed(), SECRET);
    });
    assert!(told.contains("ada") && told.contains("<redacted>"), "{told}");
}

#[test]
fn f67_a_sensitive_command_that_is_cancelled_tells_nothing() {
    #[monitored(args(text), fields(late), command(system = "mongodb", name = "saslContinue", document = text.to_owned()))]
    async fn waits(text: &str) {
        field!(late = text);
        std::future::pending::<()>().await;
    }
    let told = check(|| {
        let mut waiting = Box::pin(waits(SECRET));
        assert!(poll(waiting.as_mut()).is_pending());
    });
    assert!(told.contains("cancelled"), "{told}");
}
