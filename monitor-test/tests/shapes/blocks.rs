//! The attribute on an `impl` block: every method in its place.

use std::fmt;
use std::pin::Pin;

use monitor_core::monitored;

use crate::support::block_on;
use crate::support::pause;

pub struct Client<'a, T, const N: usize> {
    value: T,
    names: [&'a str; N],
}

#[monitored]
impl<'a, T: Clone, const N: usize> Client<'a, T, N> {
    #![allow(clippy::needless_pass_by_value)]

    pub const SIZE: usize = { N + 1 };

    /// Makes one.
    pub const fn new(value: T, names: [&'a str; N]) -> Self {
        Client { value, names }
    }

    pub fn value(&self) -> T {
        self.value.clone()
    }

    pub fn name(&self, at: usize) -> Option<&&'a str> {
        self.names.get(at)
    }

    #[monitored(name = "renamed", kind = client)]
    pub async fn query(&mut self, value: T) -> Result<&mut Self, fmt::Error> {
        pause().await;
        self.value = value;
        Ok(self)
    }

    #[monitored(skip)]
    fn skipped(&self) -> usize {
        self.names.len()
    }

    fn pinned(self: Pin<&mut Self>) -> usize {
        self.names.len()
    }

    fn consumed(self) -> T {
        self.value
    }

    fn consumed_with(mut self, (_first, second): (T, T), _: String) -> T {
        self.value = second;
        self.value
    }
}

#[monitored]
impl<T: fmt::Display> fmt::Display for Client<'_, T, 1> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {}", self.value, self.names[0])
    }
}

struct Closing;

#[monitored]
impl Drop for Closing {
    fn drop(&mut self) {}
}

#[monitored]
impl<T> Iterator for Client<'_, T, 1>
where
    T: std::ops::AddAssign<u32> + Copy + PartialOrd<u32>,
{
    type Item = T;

    fn next(&mut self) -> Option<Self::Item> {
        if self.value > 2 {
            return None;
        }
        self.value += 1;
        Some(self.value)
    }
}

struct Chain(Vec<u32>);

#[monitored(kind = internal)]
impl Chain {
    fn each<'a>(&'a self, add: &'a dyn Fn(u32) -> u32) -> impl Iterator<Item = u32> + 'a {
        self.0.iter().map(move |one| add(*one))
    }

    fn first_mut(&mut self) -> Option<&mut u32> {
        self.0.first_mut()
    }

    fn push(&mut self, value: u32) -> &mut Self {
        self.0.push(value);
        self
    }

    fn largest(&self) -> Result<u32, String> {
        let Some(largest) = self.0.iter().max() else { return Err("empty".into()) };
        Ok(*largest)
    }
}

struct Conditional(u32);

#[monitored]
impl Conditional {
    #[cfg_attr(test, monitored(skip))]
    fn left_out(&self) -> u32 {
        self.0
    }

    /// With attributes of others on all sides.
    #[cfg_attr(not(test), monitored(skip), allow(dead_code))]
    #[must_use]
    fn taken_in(&self) -> u32 {
        self.0 + 1
    }

    #[inline]
    #[cfg_attr(test, must_use = "it is a future", monitored(name = "first", kind = client))]
    #[cfg_attr(all(not(test), debug_assertions), monitored(name = "second"))]
    async fn named(&mut self, value: &str) -> Result<usize, fmt::Error> {
        pause().await;
        Ok(value.len())
    }

    #[cfg_attr(test, cfg_attr(debug_assertions, monitored), cfg_attr(not(debug_assertions), monitored(skip)))]
    fn nested(&self, values: Vec<u32>) -> usize {
        values.len() + self.0 as usize
    }

    #[cfg_attr(test, monitored(skip))]
    const fn constant(&self) -> u32 {
        self.0 + 2
    }
}

#[monitored]
trait Conditionally {
    #[cfg_attr(test, monitored(name = "given"))]
    fn given(&self) -> u32 {
        self.declared()
    }

    #[cfg_attr(test, monitored(skip))]
    fn declared(&self) -> u32;
}

impl Conditionally for Conditional {
    fn declared(&self) -> u32 {
        self.0 + 3
    }
}

#[test]
fn attributes_under_conditions_are_those_that_hold() {
    let mut conditional = Conditional(1);
    assert_eq!((conditional.left_out(), conditional.taken_in(), conditional.constant()), (1, 2, 3));
    assert_eq!(block_on(conditional.named("ab")), Ok(2));
    assert_eq!((conditional.nested(Vec::new()), conditional.given()), (1, 4));
}

#[test]
fn methods_do_what_they_did() {
    let mut client = Client::<u32, 1>::new(1, ["a"]);
    assert_eq!(Client::<u32, 1>::SIZE, 2);
    assert_eq!((client.value(), client.name(0), client.skipped()), (1, Some(&"a"), 1));
    assert!(block_on(client.query(2)).is_ok());
    assert_eq!(client.to_string(), "2 a");
    assert_eq!(Pin::new(&mut client).pinned(), 1);
    assert_eq!(client.next(), Some(3));
    assert_eq!(client.next(), None);
    assert_eq!(client.consumed(), 3);
    assert_eq!(Client::<u32, 1>::new(1, ["a"]).consumed_with((2, 3), String::new()), 3);
}

#[test]
fn methods_chain() {
    drop(Closing);
    let mut chain = Chain(Vec::new());
    assert!(chain.largest().is_err());
    chain.push(1).push(2);
    *chain.first_mut().unwrap() = 5;
    assert_eq!(chain.largest(), Ok(5));
    assert_eq!(chain.each(&|one| one + 1).collect::<Vec<_>>(), [6, 3]);
}
