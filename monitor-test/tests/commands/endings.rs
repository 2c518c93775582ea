//! However a command ends, its listeners hear one beginning and one end.

use std::panic::{AssertUnwindSafe, catch_unwind};

use monitor_core::monitored;

use crate::support::{monitor, never, now, poll};

#[derive(Debug)]
struct Broken;

#[derive(Clone, Copy)]
enum Way {
    Early,
    Err,
    Ok,
    Panic,
    Question,
}

fn go(way: Way) -> Result<u32, Broken> {
    match way {
        Way::Early => Ok(1),
        Way::Err => Err(Broken),
        Way::Ok => Ok(2),
        Way::Panic => panic!("secret"),
        Way::Question => {
            Err(Broken)?;
            Ok(3)
        }
    }
}

#[monitored(command(system = "mongodb", name = "find", document = "{}", reply = |reply: &u32| reply.to_string()))]
fn sync(way: Way) -> Result<u32, Broken> {
    let value = go(way)?;
    if matches!(way, Way::Early) {
        return Ok(value);
    }
    Ok(value)
}

#[monitored(command(system = "mongodb", name = "find", document = "{}", reply = |reply| reply.to_string()))]
async fn asynchronous(way: Way) -> Result<u32, Broken> {
    let value = go(way)?;
    if matches!(way, Way::Early) {
        return Ok(value);
    }
    Ok(value)
}

#[monitored(command(system = "mongodb", name = "find", document = "{}", reply = |reply: &u32| reply.to_string()))]
fn boxed(way: Way) -> std::pin::Pin<Box<dyn Future<Output = Result<u32, Broken>> + Send>> {
    Box::pin(async move { go(way) })
}

#[track_caller]
fn check(call: impl FnOnce(), expected: &str) {
    let (monitor, _, heard) = monitor();
    // What a panic says is of no interest here.
    let _ = monitor.scope(|| catch_unwind(AssertUnwindSafe(call)));
    assert_eq!(heard.told(), ["find started {}".to_owned(), format!("find {expected}")]);
}

#[test]
fn f05_each_way_to_end_is_told_once() {
    let broken = format!("failed {}", std::any::type_name::<Broken>());
    for (way, expected) in [
        (Way::Early, "succeeded 1"),
        (Way::Err, &*broken),
        (Way::Ok, "succeeded 2"),
        (Way::Panic, "failed panic"),
        (Way::Question, &*broken),
    ] {
        check(|| drop(sync(way)), expected);
        check(|| drop(now(asynchronous(way))), expected);
        check(|| drop(now(boxed(way))), expected);
    }
}

#[monitored(command(system = "mongodb", name = "find", document = "{}"))]
async fn waits() -> Result<(), Broken> {
    never().await;
    Ok(())
}

#[test]
fn f20_a_dropped_future_is_a_command_that_failed() {
    check(
        || {
            let mut waiting = Box::pin(waits());
            assert!(poll(waiting.as_mut()).is_pending());
            assert!(poll(waiting.as_mut()).is_pending());
        },
        "failed cancelled",
    );
}

#[test]
fn f21_a_future_that_is_never_polled_tells_nothing() {
    let (monitor, _, heard) = monitor();
    monitor.scope(|| {
        drop(waits());
        drop(boxed(Way::Ok));
    });
    assert_eq!(heard.told(), [] as [String; 0]);
}

#[test]
fn f22_a_command_may_end_on_another_thread() {
    let (monitor, _, heard) = monitor();
    let mut waiting = Box::pin(waits());
    monitor.scope(|| assert!(poll(waiting.as_mut()).is_pending()));
    std::thread::spawn(move || drop(waiting)).join().unwrap();
    assert_eq!(heard.told(), ["find started {}", "find failed cancelled"]);
}

/// What describes a command panics: the call goes on, and nothing is told that nobody has judged.
#[monitored(args(text), command(system = "mongodb", name = "find", text = text, batch = explode(), document = "{}"))]
fn described(text: &str) -> usize {
    text.len()
}

fn explode() -> usize {
    panic!("while it was described")
}

#[test]
fn f03_a_description_that_panics_tells_nothing_and_changes_nothing() {
    let (monitor, memory, heard) = monitor();
    assert_eq!(monitor.scope(|| described("hunter2")), 7);
    monitor.flush(std::time::Duration::from_secs(60)).unwrap();
    assert!(!format!("{:?}", memory.take_spans()).contains("hunter2"));
    assert_eq!(heard.told(), ["find started {}", "find succeeded {}"]);
}
