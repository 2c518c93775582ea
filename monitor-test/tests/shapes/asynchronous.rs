//! Futures that are not in a box.

use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;

use monitor_core::monitored;

use crate::support::block_on;
use crate::support::is_send;
use crate::support::panic_text;
use crate::support::pause;
use crate::support::poll_once;

#[monitored]
async fn nothing() {}

#[monitored]
#[rustfmt::skip]
async fn one_line(a: u32) -> u32 { pause().await; a + 1 }

#[monitored]
async fn fallible(a: u32) -> Result<u32, std::num::ParseIntError> {
    pause().await;
    if a > 9 {
        return Ok(9);
    }
    let parsed: u32 = a.to_string().parse()?;
    Ok(parsed)
}

#[monitored]
async fn coerced(all: &[u32; 3]) -> Option<&[u32]> {
    pause().await;
    if all[0] == 9 {
        return None;
    }
    Some(all)
}

#[monitored]
async fn dynamic(a: bool) -> Result<Box<dyn Fn() -> u32>, Box<dyn std::error::Error>> {
    pause().await;
    if a {
        return Ok(Box::new(|| 1));
    }
    Err("no")?;
    Ok(Box::new(|| 2))
}

#[monitored]
async fn opaque(a: u32) -> impl Iterator<Item = u32> {
    pause().await;
    0..a
}

#[monitored]
async fn opaque_result(a: u32) -> Result<impl Iterator<Item = u32>, String> {
    pause().await;
    Ok(0..a)
}

/// The type of the closure's argument must be written here: one of the known limits.
#[monitored]
async fn measuring(extra: usize) -> impl Fn(&str) -> usize {
    pause().await;
    move |text: &str| text.len() + extra
}

#[monitored]
async fn mutated(mut a: String, _unused: String, b: &mut u32) -> String {
    pause().await;
    a.push('x');
    *b += 1;
    a
}

#[monitored]
async fn last_temporary(lock: std::sync::Mutex<String>) -> usize {
    pause().await;
    lock.lock().unwrap().len()
}

#[monitored]
async fn not_send(a: Rc<u32>) -> u32 {
    pause().await;
    *a
}

#[monitored]
async fn stops() -> ! {
    pause().await;
    panic!("stop")
}

#[monitored]
async fn fails(text: String) -> u32 {
    pause().await;
    panic!("no {text}")
}

#[monitored]
async unsafe fn dereferenced(a: *const u32) -> u32 {
    // SAFETY: the only caller points at a value that lives.
    let value = unsafe { *a };
    pause().await;
    value
}

#[monitored]
async fn inner_attributes() -> u32 {
    #![allow(unused_variables)]
    pause().await;
    let unused = 1;
    2
}

#[monitored]
fn boxed_recursion(a: u32) -> Pin<Box<dyn Future<Output = u32>>> {
    Box::pin(async move {
        if a == 0 {
            0
        } else {
            boxed_recursion(a - 1).await + 1
        }
    })
}

#[monitored]
async fn recursion(a: u32) -> u32 {
    pause().await;
    if a == 0 {
        0
    } else {
        Box::pin(recursion(a - 1)).await + 1
    }
}

#[monitored]
fn manual(a: u32) -> impl Future<Output = Result<u32, String>> + Send {
    let b = a + 1;
    async move {
        pause().await;
        if b > 9 {
            return Err("too many".to_owned());
        }
        Ok(b)
    }
}

#[monitored]
fn manual_borrowing<'a>(a: &'a str, owned: String) -> impl Future<Output = usize> + 'a {
    async move {
        pause().await;
        a.len() + owned.len()
    }
}

#[monitored]
fn manual_unit(a: &str) -> impl Future<Output = ()> + use<'_> {
    let _ = a;
    pause()
}

#[monitored]
fn ready(a: u32) -> std::future::Ready<u32> {
    std::future::ready(a)
}

struct Client {
    calls: u32,
}

impl Client {
    #[monitored]
    async fn query(&mut self, sql: &str) -> Result<&mut u32, String> {
        pause().await;
        if sql.is_empty() {
            return Err("empty".to_owned());
        }
        self.calls += 1;
        Ok(&mut self.calls)
    }

    #[monitored]
    async fn close(self) -> u32 {
        pause().await;
        self.calls
    }

    #[monitored]
    async fn pinned(self: Pin<&mut Self>, by: u32) -> u32 {
        pause().await;
        let this = self.get_mut();
        this.calls += by;
        this.calls
    }

    #[monitored]
    async fn lent<'a>(self: &'a Rc<Self>, other: &'a str) -> &'a str {
        pause().await;
        if self.calls > 0 {
            other
        } else {
            ""
        }
    }

    #[monitored]
    async fn shared(self: Rc<Self>) -> u32 {
        pause().await;
        self.calls
    }
}

#[monitored]
async fn of_many_lifetimes(a: &str, all: &mut Vec<String>, b: impl std::fmt::Display) -> usize {
    all.push(b.to_string());
    pause().await;
    a.len() + all.len()
}

#[test]
fn a_future_borrows_all_that_it_was_given() {
    let mut all = Vec::new();
    let text = String::from("abc");
    assert_eq!(block_on(is_send(of_many_lifetimes(&text, &mut all, 5))), 4);
    assert_eq!(all, ["5"]);
}

#[test]
fn results_are_those_of_the_plain_function() {
    block_on(nothing());
    assert_eq!(block_on(one_line(1)), 2);
    assert_eq!(block_on(fallible(10)), Ok(9));
    assert_eq!(block_on(fallible(1)), Ok(1));
    assert_eq!(block_on(coerced(&[1, 2, 3])), Some(&[1, 2, 3][..]));
    assert_eq!(block_on(coerced(&[9, 2, 3])), None);
    assert_eq!(block_on(dynamic(true)).unwrap()(), 1);
    assert!(block_on(dynamic(false)).is_err());
    assert_eq!(block_on(opaque(2)).count(), 2);
    assert_eq!(block_on(opaque_result(2)).map(Iterator::count), Ok(2));
    let mut b = 1;
    assert_eq!(block_on(mutated("a".to_owned(), String::new(), &mut b)), "ax");
    assert_eq!(b, 2);
    assert_eq!(block_on(last_temporary(std::sync::Mutex::new("abc".to_owned()))), 3);
    assert_eq!(block_on(not_send(Rc::new(1))), 1);
    assert_eq!(block_on(measuring(1))("ab"), 3);
    // SAFETY: `b` lives.
    assert_eq!(block_on(unsafe { dereferenced(&raw const b) }), 2);
    assert_eq!(block_on(inner_attributes()), 2);
    assert_eq!(block_on(boxed_recursion(3)), 3);
    assert_eq!(block_on(recursion(3)), 3);
    assert_eq!(block_on(manual(1)), Ok(2));
    assert!(block_on(manual(9)).is_err());
    assert_eq!(block_on(manual_borrowing("ab", "c".to_owned())), 3);
    block_on(manual_unit(""));
    assert_eq!(block_on(ready(1)), 1);
}

#[test]
fn methods_keep_their_borrows() {
    let mut client = Client { calls: 0 };
    *block_on(client.query("x")).unwrap() += 1;
    assert!(block_on(client.query("")).is_err());
    assert_eq!(block_on(Pin::new(&mut client).pinned(1)), 3);
    assert_eq!(block_on(Rc::new(Client { calls: 3 }).lent("a")), "a");
    assert_eq!(block_on(client.close()), 3);
    assert_eq!(block_on(Rc::new(Client { calls: 3 }).shared()), 3);
}

#[test]
fn panics_keep_their_text() {
    assert_eq!(panic_text(|| block_on(fails("way".to_owned()))), "no way");
    assert_eq!(panic_text(|| block_on(stops())), "stop");
}

#[test]
fn a_future_is_send_where_the_plain_one_is() {
    drop(is_send(one_line(1)));
    drop(is_send(fallible(1)));
    drop(is_send(manual(1)));
    drop(is_send(mutated(String::new(), String::new(), &mut 1)));
    drop(is_send(fails(String::new())));
    drop(is_send(Client { calls: 1 }.close()));
    poll_once(is_send(last_temporary(std::sync::Mutex::new(String::new()))));
}
