//! Generics of every kind, and `impl Trait` in every position.

use std::error::Error;
use std::fmt::Debug;
use std::fmt::Display;
use std::future::Future;

use monitor_core::monitored;

use crate::support::block_on;
use crate::support::pause;

#[monitored]
fn generic<T: Clone, U>(a: &T, b: U) -> (T, U)
where
    U: Debug,
{
    (a.clone(), b)
}

#[monitored]
fn any<T>(value: T) -> T {
    value
}

#[monitored]
fn any_result<T, E>(value: Result<T, E>) -> Result<T, E> {
    let value = value?;
    Ok(value)
}

#[monitored]
fn sized<const N: usize>(all: [u8; N]) -> [u8; N] {
    let mut reversed = all;
    reversed.reverse();
    reversed
}

#[monitored]
fn longest<'a>(a: &'a str, b: &'a str) -> &'a str {
    if a.len() > b.len() {
        a
    } else {
        b
    }
}

#[monitored]
fn outlives<'a: 'b, 'b>(a: &'a str, _b: &'b str) -> &'b str {
    a
}

#[monitored]
fn higher_ranked<F>(f: F) -> usize
where
    F: for<'a> Fn(&'a str) -> &'a str,
{
    f("abc").len()
}

#[monitored]
fn opaque_argument(f: impl Fn(u32) -> u32, all: impl IntoIterator<Item = u32>) -> Vec<u32> {
    all.into_iter().map(f).collect()
}

#[monitored]
fn opaque_both(value: impl Display + Clone) -> impl Display + Clone {
    value.clone()
}

#[monitored]
fn captures<'a, T: Display>(value: &'a T, _other: &str) -> impl Display + use<'a, T> {
    format!("<{value}>")
}

#[monitored]
fn returns_closure<'a>(prefix: &'a str) -> impl Fn(&str) -> String + 'a {
    move |text| format!("{prefix}{text}")
}

#[monitored]
fn boxed_error(text: &str) -> Result<u32, Box<dyn Error + Send + Sync>> {
    if text.is_empty() {
        return Err("empty".into());
    }
    Ok(text.parse()?)
}

#[monitored]
async fn asynchronous<T, F, R>(value: T, f: F) -> R
where
    F: FnOnce(T) -> R,
{
    pause().await;
    f(value)
}

#[monitored]
async fn async_closure<F>(f: F) -> u32
where
    F: AsyncFn(u32) -> u32,
{
    f(1).await + f(2).await
}

#[monitored]
async fn awaits<T>(future: impl Future<Output = T>) -> T {
    future.await
}

#[monitored]
async fn sum<const N: usize>(all: &[u32; N]) -> u32 {
    pause().await;
    all.iter().sum()
}

pub trait Rows {
    type Row<'a>
    where
        Self: 'a;
    type Fault;

    fn next_row<'a>(&'a mut self) -> Result<Self::Row<'a>, Self::Fault>;
    fn peek_row(&mut self) -> Result<Option<Self::Row<'_>>, Self::Fault>;
    fn fetch(&mut self) -> impl Future<Output = Result<Self::Row<'_>, Self::Fault>>;
}

struct Lines {
    all: Vec<String>,
    at: usize,
}

#[monitored]
impl Rows for Lines {
    type Row<'a> = &'a mut str;
    type Fault = std::fmt::Error;

    fn next_row<'a>(&'a mut self) -> Result<Self::Row<'a>, Self::Fault> {
        let at = self.at;
        self.at += 1;
        match self.all.get_mut(at) {
            Some(line) => Ok(line),
            None => Err(std::fmt::Error),
        }
    }

    fn peek_row(&mut self) -> Result<Option<Self::Row<'_>>, Self::Fault> {
        let Some(line) = self.all.get_mut(self.at) else { return Ok(None) };
        Ok(Some(line))
    }

    async fn fetch(&mut self) -> Result<Self::Row<'_>, Self::Fault> {
        pause().await;
        self.next_row()
    }
}

#[test]
fn results_are_those_of_the_plain_function() {
    assert_eq!(generic(&1, 2), (1, 2));
    assert_eq!(any("a".to_owned()), "a");
    assert_eq!(any_result::<u32, u32>(Err(1)), Err(1));
    assert_eq!(sized([1, 2]), [2, 1]);
    assert_eq!(longest("a", "bc"), "bc");
    assert_eq!(outlives("a", "b"), "a");
    assert_eq!(higher_ranked(|text| &text[1..]), 2);
    assert_eq!(opaque_argument(|one| one + 1, [1, 2]), [2, 3]);
    assert_eq!(opaque_both(1).to_string(), "1");
    assert_eq!(captures(&1, "").to_string(), "<1>");
    assert_eq!(returns_closure("a")("b"), "ab");
    assert_eq!(boxed_error("12").unwrap(), 12);
    assert!(boxed_error("").is_err());
    assert_eq!(block_on(asynchronous("ab".to_owned(), |text| text.len())), 2);
    assert_eq!(block_on(async_closure(async |one| one + 1)), 5);
    assert_eq!(block_on(awaits(async { 3 })), 3);
    assert_eq!(block_on(sum(&[1, 2])), 3);
}

#[test]
fn rows_are_lent() {
    let mut lines = Lines { all: vec!["a".to_owned(), "b".to_owned()], at: 0 };
    lines.next_row().unwrap().make_ascii_uppercase();
    assert_eq!(lines.peek_row().unwrap().map(|row| row.to_owned()), Some("b".to_owned()));
    assert_eq!(block_on(lines.fetch()).unwrap(), "b");
    assert!(lines.next_row().is_err());
    assert_eq!(lines.all[0], "A");
}

/// Only its bound is of use.
#[monitored]
fn is_clone<T: Clone>() {}

#[test]
fn a_bound_is_asked_for() {
    is_clone::<u32>();
}
