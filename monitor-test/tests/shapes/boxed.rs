//! Futures in boxes: what is timed is their execution.

use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::Context;
use std::task::Poll;

use async_trait::async_trait;
use monitor_core::monitored;
use tower_service::Service;

use crate::support::block_on;
use crate::support::is_send;
use crate::support::panic_text;
use crate::support::pause;

type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;
type LocalFuture<'a, T> = Pin<Box<dyn Future<Output = T> + 'a>>;
type Answer<T> = BoxFuture<'static, Result<T, String>>;

#[monitored]
fn plain(a: u32) -> Pin<Box<dyn Future<Output = u32>>> {
    Box::pin(async move { a })
}

#[monitored]
fn early(a: u32) -> BoxFuture<'static, u32> {
    if a == 0 {
        return Box::pin(std::future::ready(9));
    }
    let b = a + 1;
    Box::pin(async move {
        pause().await;
        b
    })
}

/// Nobody says that `T` lives as long as the box.
#[monitored]
fn of_anything<T>(make: fn() -> BoxFuture<'static, T>) -> BoxFuture<'static, T> {
    make()
}

#[monitored]
fn refuses(reason: String) -> BoxFuture<'static, u32> {
    assert!(reason.is_empty(), "no {reason}");
    Box::pin(std::future::ready(1))
}

#[monitored]
fn borrowing<'a>(a: &'a str, b: &'a mut String) -> LocalFuture<'a, Result<usize, Rc<str>>> {
    Box::pin(async move {
        pause().await;
        b.push_str(a);
        Ok(b.len())
    })
}

#[monitored]
fn aliased(a: String) -> Answer<usize> {
    Box::pin(async move {
        pause().await;
        if a.is_empty() {
            Err(a)
        } else {
            Ok(a.len())
        }
    })
}

#[monitored]
fn synced(a: u32) -> Pin<Box<dyn Future<Output = u32> + Send + Sync>> {
    Box::pin(std::future::ready(a))
}

#[monitored]
async fn gives_a_box(a: u32) -> BoxFuture<'static, u32> {
    pause().await;
    Box::pin(async move { a })
}

#[monitored]
fn result_of_a_box(a: u32) -> Result<BoxFuture<'static, u32>, String> {
    Ok(Box::pin(async move { a }))
}

type Next<'a> = Box<dyn for<'b> FnOnce(&'b str) -> BoxFuture<'b, usize> + Send + 'a>;

#[monitored]
fn chained<'a>(request: &'a str, next: Next<'a>) -> BoxFuture<'a, usize> {
    Box::pin(async move { next(request).await + 1 })
}

#[monitored]
fn shared<T: Send + 'static>(value: T) -> BoxFuture<'static, T> {
    Box::pin(async move { value })
}

struct Echo(Vec<u32>);

impl Service<u32> for Echo {
    type Response = u32;
    type Error = String;
    type Future = Pin<Box<dyn Future<Output = Result<u32, String>> + Send>>;

    #[monitored]
    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        Poll::Ready(Ok(()))
    }

    #[monitored]
    fn call(&mut self, request: u32) -> Self::Future {
        self.0.push(request);
        let calls = self.0.len();
        Box::pin(async move {
            pause().await;
            if calls > 1 {
                Err(format!("{request} is too many"))
            } else {
                Ok(request)
            }
        })
    }
}

#[async_trait]
trait Store {
    async fn load(&self, key: &str) -> Result<usize, String>;
    async fn save(&mut self, key: String, _flag: bool) -> usize;
    async fn describe(&self) -> String;
}

struct Inside(usize);
struct Outside(usize);
struct Between(usize);

#[async_trait]
impl Store for Inside {
    #[monitored]
    async fn load(&self, key: &str) -> Result<usize, String> {
        pause().await;
        if key.is_empty() {
            return Err("empty".to_owned());
        }
        Ok(self.0 + key.len())
    }

    #[monitored]
    async fn save(&mut self, key: String, _flag: bool) -> usize {
        pause().await;
        self.0 += key.len();
        self.0
    }

    #[monitored]
    async fn describe(&self) -> String {
        format!("{}", self.0)
    }
}

#[monitored]
#[async_trait]
impl Store for Outside {
    async fn load(&self, key: &str) -> Result<usize, String> {
        pause().await;
        if key.is_empty() {
            return Err("empty".to_owned());
        }
        Ok(self.0 + key.len())
    }

    async fn save(&mut self, key: String, _flag: bool) -> usize {
        pause().await;
        self.0 += key.len();
        self.0
    }

    async fn describe(&self) -> String {
        format!("{}", self.0)
    }
}

#[async_trait]
#[monitored]
impl Store for Between {
    async fn load(&self, key: &str) -> Result<usize, String> {
        pause().await;
        if key.is_empty() {
            return Err("empty".to_owned());
        }
        Ok(self.0 + key.len())
    }

    async fn save(&mut self, key: String, _flag: bool) -> usize {
        pause().await;
        self.0 += key.len();
        self.0
    }

    async fn describe(&self) -> String {
        format!("{}", self.0)
    }
}

fn check(mut store: impl Store) {
    assert_eq!(block_on(store.load("abc")), Ok(4));
    assert_eq!(block_on(store.load("")), Err("empty".to_owned()));
    assert_eq!(block_on(is_send(store.save("ab".to_owned(), true))), 3);
    assert_eq!(block_on(store.describe()), "3");
}

#[test]
fn an_async_trait_works_in_either_order() {
    check(Inside(1));
    check(Outside(1));
    check(Between(1));
}

#[test]
fn results_are_those_of_the_plain_function() {
    assert_eq!(block_on(plain(1)), 1);
    assert_eq!((block_on(early(0)), block_on(is_send(early(1)))), (9, 2));
    assert_eq!(block_on(of_anything(|| Box::pin(std::future::ready(1)))), 1);
    assert_eq!(block_on(borrowing("ab", &mut "c".to_owned())), Ok(3));
    assert_eq!(block_on(aliased("ab".to_owned())), Ok(2));
    assert!(block_on(aliased(String::new())).is_err());
    assert_eq!(block_on(synced(1)), 1);
    assert_eq!(block_on(refuses(String::new())), 1);
    assert_eq!(panic_text(|| refuses("way".to_owned())), "no way");
    assert_eq!(block_on(async { gives_a_box(1).await.await }), 1);
    assert_eq!(block_on(result_of_a_box(1).unwrap()), 1);
    assert_eq!(block_on(chained("ab", Box::new(|text| Box::pin(async move { text.len() })))), 3);
    assert_eq!(block_on(shared("a")), "a");
}

#[test]
fn a_service_answers() {
    let mut echo = Echo(Vec::new());
    block_on(std::future::poll_fn(|context| echo.poll_ready(context))).unwrap();
    assert_eq!(block_on(echo.call(1)), Ok(1));
    assert!(block_on(is_send(echo.call(2))).is_err());
}
