//! Arguments are dropped when, and in the order in which, the plain function drops them.

use monitor_core::monitored;

use crate::support::block_on;
use crate::support::drops;
use crate::support::panic_text;
use crate::support::pause;
use crate::support::poll_once;
use crate::support::Noisy;

/// The same functions twice: as they are, and monitored.
macro_rules! twins {
    ($($(#[$attribute:meta])* fn $name:ident $arguments:tt $body:block)*) => {
        mod plain {
            #![allow(clippy::all, clippy::pedantic)]
            use super::*;
            $(pub fn $name $arguments $body)*
            pub mod later {
                use super::*;
                $(pub async fn $name $arguments { pause().await; $body })*
            }
        }

        mod monitored_too {
            #![allow(clippy::all, clippy::pedantic)]
            use super::*;
            $(#[monitored] pub fn $name $arguments $body)*
            pub mod later {
                use super::*;
                $(#[monitored] pub async fn $name $arguments { pause().await; $body })*
            }
            // One that is not public may lose its `async`.
            pub mod hidden {
                use super::*;
                $(#[monitored] pub(crate) async fn $name $arguments { pause().await; $body })*
            }
        }
    };
}

pub struct Pair {
    pub _first: Noisy,
    pub second: Noisy,
}

twins! {
    fn used(a: Noisy, b: Noisy) { let _local = Noisy("local"); let _ = (&b, &a); }
    fn unused(_a: Noisy, _b: Noisy) { let _local = Noisy("local"); }
    fn alone(a: Noisy) { let _local = Noisy("local"); let _ = &a; }
    fn alone_unused(_a: Noisy) { let _local = Noisy("local"); }
    fn alone_unnamed(_: Noisy, b: u8) { let _local = Noisy("local"); let _ = b; }
    fn alone_taken_apart((a, _): (Noisy, Noisy), b: &str) { let _local = Noisy("local"); let _ = (&a, b); }
    fn wild(a: Noisy, _: Noisy, c: Noisy) { let _ = (&a, &c); }
    fn moved(a: Noisy, b: Noisy) { let moved = a; let _ = &b; drop(moved); }
    fn taken_apart(a: Noisy, (b, c): (Noisy, Noisy), _d: Noisy) { let _ = (&a, &c, &b); }
    fn partly_taken(a: Noisy, (b, _): (Noisy, Noisy), Pair { second, .. }: Pair) { let _ = (&a, &b, &second); }
    fn of_a_part(pair: Pair, b: Noisy) { let _ = (&b, &pair.second); }
    fn moved_part(pair: Pair, b: Noisy) { let _part = pair.second; let _ = &b; }
    fn early(a: Noisy, mut b: Noisy) { if b.0 == "b" { return; } b = a; drop(b); }
    fn fails(a: Noisy, _b: Noisy) { let _local = Noisy("local"); assert!(a.0 != "a", "failed"); }
}

fn n(name: &'static str) -> Noisy {
    Noisy(name)
}

fn pair() -> Pair {
    Pair { _first: n("first"), second: n("second") }
}

macro_rules! same {
    ($($name:ident($($argument:expr),*);)*) => {$(
        assert_eq!(
            drops(|| monitored_too::$name($($argument),*)),
            drops(|| plain::$name($($argument),*)),
            stringify!($name),
        );
        same!(later: $name($($argument),*));
        same!(hidden: $name($($argument),*));
    )*};
    ($module:ident: $name:ident($($argument:expr),*)) => {
        assert_eq!(
            drops(|| block_on(monitored_too::$module::$name($($argument),*))),
            drops(|| block_on(plain::later::$name($($argument),*))),
            concat!(stringify!($module), " ", stringify!($name)),
        );
        assert_eq!(
            drops(|| poll_once(monitored_too::$module::$name($($argument),*))),
            drops(|| poll_once(plain::later::$name($($argument),*))),
            concat!("cancelled ", stringify!($module), " ", stringify!($name)),
        );
        assert_eq!(
            drops(|| drop(monitored_too::$module::$name($($argument),*))),
            drops(|| drop(plain::later::$name($($argument),*))),
            concat!("never polled ", stringify!($module), " ", stringify!($name)),
        );
    };
}

#[test]
fn arguments_are_dropped_in_the_plain_order() {
    same! {
        used(n("a"), n("b"));
        unused(n("a"), n("b"));
        alone(n("a"));
        alone_unused(n("a"));
        alone_unnamed(n("a"), 1);
        alone_taken_apart((n("a"), n("b")), "c");
        wild(n("a"), n("_"), n("c"));
        moved(n("a"), n("b"));
        taken_apart(n("a"), (n("b"), n("c")), n("d"));
        partly_taken(n("a"), (n("b"), n("c")), pair());
        of_a_part(pair(), n("b"));
        moved_part(pair(), n("b"));
        early(n("a"), n("b"));
    }
}

#[test]
fn arguments_are_dropped_in_the_plain_order_by_a_panic() {
    let plain = drops(|| drop(panic_text(|| plain::fails(n("a"), n("b")))));
    let ours = drops(|| drop(panic_text(|| monitored_too::fails(n("a"), n("b")))));
    assert_eq!(ours, plain);
    let plain = drops(|| drop(panic_text(|| block_on(plain::later::fails(n("a"), n("b"))))));
    let ours = drops(|| drop(panic_text(|| block_on(monitored_too::later::fails(n("a"), n("b"))))));
    assert_eq!(ours, plain);
    let ours = drops(|| drop(panic_text(|| block_on(monitored_too::hidden::fails(n("a"), n("b"))))));
    assert_eq!(ours, plain);
}

struct Owner {
    _first: Noisy,
    second: Noisy,
}

impl Owner {
    fn new() -> Owner {
        Owner { _first: n("first"), second: n("second") }
    }

    fn plain(self, b: Noisy) {
        let _ = (&self.second, &b);
    }

    fn plain_part(self, b: Noisy) {
        let _second = self.second;
        let _ = &b;
    }

    async fn plain_later(self, b: Noisy) {
        pause().await;
        let _ = (&self.second, &b);
    }
}

struct Monitored(Owner);

#[monitored]
impl Monitored {
    fn whole(self, b: Noisy) {
        let _ = (&self.0.second, &b);
    }

    fn part(self, b: Noisy) {
        let _second = self.0.second;
        let _ = &b;
    }

    async fn later(self, b: Noisy) {
        pause().await;
        let _ = (&self.0.second, &b);
    }
}

#[test]
fn the_receiver_is_dropped_in_the_plain_order() {
    assert_eq!(drops(|| Monitored(Owner::new()).whole(n("b"))), drops(|| Owner::new().plain(n("b"))));
    assert_eq!(drops(|| Monitored(Owner::new()).part(n("b"))), drops(|| Owner::new().plain_part(n("b"))));
    let ours = drops(|| block_on(Monitored(Owner::new()).later(n("b"))));
    assert_eq!(ours, drops(|| block_on(Owner::new().plain_later(n("b")))));
}
