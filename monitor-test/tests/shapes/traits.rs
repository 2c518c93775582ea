//! Traits with default methods, and implementations of traits.

use std::cmp::Ordering;
use std::fmt;
use std::future::Future;
use std::marker::PhantomData;
use std::ops::Add;

use monitor_core::monitored;

use crate::support::block_on;
use crate::support::is_send;
use crate::support::pause;

#[monitored]
pub trait Driver {
    const NAME: &'static str;
    type Fault: fmt::Debug;

    /// Has no body: left alone.
    fn execute(&mut self, sql: &str) -> Result<u64, Self::Fault>;

    fn execute_all(&mut self, all: &[&str]) -> Result<u64, Self::Fault> {
        let mut rows = 0;
        for sql in all {
            rows += self.execute(sql)?;
        }
        Ok(rows)
    }

    #[monitored(name = "driver.ping")]
    fn ping(&mut self) -> Result<u64, Self::Fault> {
        self.execute("")
    }

    #[monitored(skip)]
    fn skipped(&self) -> &'static str {
        Self::NAME
    }

    fn sized(self, _other: Self) -> &'static str
    where
        Self: Sized,
    {
        Self::NAME
    }

    fn later(&mut self) -> impl Future<Output = Result<u64, Self::Fault>> + Send
    where
        Self: Send,
    {
        async move {
            pause().await;
            self.ping()
        }
    }
}

pub struct Fake(u64);

#[monitored]
impl Driver for Fake {
    const NAME: &'static str = "fake";
    type Fault = String;

    fn execute(&mut self, sql: &str) -> Result<u64, String> {
        if sql == "bad" {
            return Err("bad".into());
        }
        self.0 += 1;
        Ok(self.0)
    }
}

pub trait Left {
    #[monitored]
    fn alone(&self) -> u32;

    #[monitored]
    fn default(&self) -> u32 {
        self.alone() + 1
    }

    #[monitored]
    fn opaque(&self) -> impl fmt::Display {
        self.alone()
    }
}

impl Left for Fake {
    #[monitored]
    fn alone(&self) -> u32 {
        1
    }
}

trait Later {
    async fn now(&self) -> u32;

    #[monitored]
    async fn twice(&self) -> u32 {
        self.now().await + self.now().await
    }
}

#[monitored]
impl Later for Fake {
    async fn now(&self) -> u32 {
        pause().await;
        2
    }
}

#[monitored]
unsafe trait Promise {
    fn kept(&self) -> bool {
        true
    }
}

// SAFETY: nothing is promised.
#[monitored]
unsafe impl Promise for Fake {}

#[monitored]
impl Add for Fake {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Fake(self.0 + other.0)
    }
}

#[monitored]
impl<T: Left + ?Sized> Left for &T {
    fn alone(&self) -> u32 {
        (**self).alone() + 10
    }
}

#[monitored]
impl Left for [u8] {
    fn alone(&self) -> u32 {
        2
    }
}

#[monitored]
impl Left for dyn Fn() -> u32 {
    fn alone(&self) -> u32 {
        self()
    }
}

#[monitored]
impl From<Fake> for (u64, u64) {
    fn from(Fake(value): Fake) -> Self {
        (value, value)
    }
}

trait Object {
    fn name(&self) -> String;
}

#[monitored]
impl Object for Fake {
    fn name(&self) -> String {
        "fake".to_owned()
    }
}

#[test]
fn methods_do_what_they_did() {
    let mut fake = Fake(0);
    assert_eq!(fake.execute_all(&["a", "b"]), Ok(3));
    assert!(fake.execute_all(&["a", "bad"]).is_err());
    assert_eq!(fake.ping(), Ok(4));
    assert_eq!(block_on(is_send(fake.later())), Ok(5));
    assert_eq!(fake.skipped(), "fake");
    assert_eq!((fake.alone(), Left::default(&fake), fake.opaque().to_string()), (1, 2, "1".to_owned()));
    assert_eq!(<&Fake as Left>::alone(&&fake), 11);
    assert_eq!([1_u8][..].alone(), 2);
    let dynamic: &dyn Fn() -> u32 = &|| 7;
    assert_eq!(Left::alone(dynamic), 7);
    assert_eq!(block_on(fake.twice()), 4);
    assert!(fake.kept());
    let object: &dyn Object = &fake;
    assert_eq!(object.name(), "fake");
    assert_eq!(<(u64, u64)>::from(fake + Fake(1)), (6, 6));
    assert_eq!(Fake(1).sized(Fake(2)), "fake");
}

/// Clippy knows what stands in such a `clone` and `partial_cmp`, and would see something else in the expansion.
struct Version<T>(u32, PhantomData<T>);

impl<T> Copy for Version<T> {}

impl<T> Clone for Version<T> {
    #[monitored]
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> PartialEq for Version<T> {
    #[monitored]
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl<T> Eq for Version<T> {}

#[monitored]
impl<T> PartialOrd for Version<T> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

#[monitored]
impl<T> Ord for Version<T> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.cmp(&other.0)
    }
}

#[test]
fn copies_and_orders_are_canonical() {
    let version = Version(1, PhantomData::<String>);
    let copied = Clone::clone(&version);
    assert!(copied == version && copied <= version);
}
