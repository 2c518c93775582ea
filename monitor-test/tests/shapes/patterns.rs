//! Arguments that are more than a name, or less.

use std::collections::HashMap;

use monitor_core::monitored;

use crate::support::block_on;
use crate::support::pause;

struct Point {
    x: u32,
    y: u32,
}

struct Meters(u32);

#[monitored]
fn tuple((a, b): (u32, u32)) -> u32 {
    a + b
}

#[monitored]
fn nested((a, (b, _)): (String, (u32, u32)), Point { x, y: renamed }: Point) -> String {
    format!("{a}{b}{x}{renamed}")
}

#[monitored]
fn tuple_struct(Meters(meters): Meters) -> u32 {
    meters
}

#[monitored]
fn reference(&Meters(meters): &Meters, &mut ref mut b: &mut u32) -> u32 {
    *b += meters;
    *b
}

#[monitored]
fn mutable((mut a, mut b): (u32, u32), mut c: Vec<u32>) -> Vec<u32> {
    a += 1;
    b += 1;
    c.extend([a, b]);
    c
}

#[monitored]
fn slice([first, .., last]: [u32; 4], [a, rest @ ..]: [u32; 3]) -> u32 {
    first + last + a + rest[0]
}

#[monitored]
fn bound(whole @ (a, _): (u32, u32)) -> u32 {
    whole.0 + whole.1 + a
}

#[monitored]
fn wild(_: u32, _: String, a: u32) -> u32 {
    a
}

#[monitored]
async fn later((a, b): (String, String), Point { x, .. }: Point, _: String) -> String {
    pause().await;
    format!("{a}{b}{x}")
}

#[monitored]
fn removed(
    a: u32,
    #[cfg(any())] b: Missing,
    #[cfg(not(any()))] c: String,
    #[allow(unused_variables)] d: u32,
) -> usize {
    a as usize + c.len()
}

#[monitored(args(a, c))]
fn recorded_or_removed(
    #[cfg(any())] a: Missing,
    #[cfg(not(any()))] a: u32,
    #[cfg(not(any()))] c: String,
) -> usize {
    a as usize + c.len()
}

#[monitored(args(a, b), fields(x = x + 1, y = ?y))]
fn recorded_parts((a, (b, _)): (u32, (String, u32)), Point { x, y }: Point, [_, c]: [u32; 2]) -> u32 {
    a + x + y + c + u32::try_from(b.len()).unwrap_or_default()
}

#[monitored(args(only_recorded))]
fn only_recorded(only_recorded: String, all: HashMap<u32, u32>) -> usize {
    all.len()
}

#[monitored]
fn underscored(_a: String, _b: u32) -> u32 {
    1
}

/// The last expression borrows from a part of the argument, through a temporary.
#[monitored]
fn last_temporary((lock, _): (std::sync::Mutex<String>, u32)) -> usize {
    lock.lock().unwrap().len()
}

#[monitored]
fn unit_of_parts((lock, all): (std::sync::Mutex<String>, &mut Vec<String>)) {
    all.push(lock.lock().unwrap().clone());
}

#[monitored]
fn opaque_of_parts((a, b): (u32, u32)) -> impl Iterator<Item = u32> {
    a..b
}

#[test]
fn results_are_those_of_the_plain_function() {
    let point = || Point { x: 1, y: 2 };
    assert_eq!(tuple((1, 2)), 3);
    assert_eq!(nested(("a".to_owned(), (1, 2)), point()), "a112");
    assert_eq!(tuple_struct(Meters(1)), 1);
    assert_eq!(reference(&Meters(1), &mut 2), 3);
    assert_eq!(mutable((1, 2), vec![1]), [1, 2, 3]);
    assert_eq!(slice([1, 2, 3, 4], [5, 6, 7]), 16);
    assert_eq!(bound((1, 2)), 4);
    assert_eq!(wild(1, String::new(), 2), 2);
    assert_eq!(block_on(later(("a".to_owned(), "b".to_owned()), point(), String::new())), "ab1");
    assert_eq!(removed(1, "ab".to_owned(), 1), 3);
    assert_eq!(recorded_or_removed(1, "ab".to_owned()), 3);
    assert_eq!(recorded_parts((1, ("ab".to_owned(), 1)), point(), [1, 1]), 7);
    assert_eq!(only_recorded(String::new(), HashMap::new()), 0);
    assert_eq!(underscored(String::new(), 1), 1);
    assert_eq!(last_temporary((std::sync::Mutex::new("ab".to_owned()), 1)), 2);
    let mut all = Vec::new();
    unit_of_parts((std::sync::Mutex::new("ab".to_owned()), &mut all));
    assert_eq!(all, ["ab"]);
    assert_eq!(opaque_of_parts((1, 3)).count(), 2);
}
