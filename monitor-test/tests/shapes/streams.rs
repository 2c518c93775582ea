//! Streams are timed while they are read; iterators are values like any other.

use std::pin::Pin;

use futures_core::Stream;
use monitor_core::monitored;

use crate::support::block_on;
use crate::support::collect;
use crate::support::is_send;
use crate::support::pause;
use crate::support::Count;

type BoxStream<'a, T> = Pin<Box<dyn Stream<Item = T> + Send + 'a>>;

#[monitored]
fn opaque(end: u32) -> impl Stream<Item = u32> {
    let end = end + 1;
    Count::to(end)
}

#[monitored]
fn opaque_send(end: String) -> impl Stream<Item = u32> + Send {
    Count::to(u32::try_from(end.len()).unwrap_or_default())
}

#[monitored]
fn boxed(end: u32) -> Pin<Box<dyn Stream<Item = u32>>> {
    Box::pin(Count::to(end))
}

#[monitored]
fn aliased(end: u32) -> BoxStream<'static, u32> {
    if end == 0 {
        return Box::pin(Count::to(9));
    }
    Box::pin(Count::to(end))
}

/// Nobody says that `T` lives as long as the box.
#[monitored]
fn of_anything<T>(make: fn() -> BoxStream<'static, T>) -> BoxStream<'static, T> {
    make()
}

#[monitored]
async fn opened(end: u32) -> Result<BoxStream<'static, u32>, String> {
    pause().await;
    Ok(Box::pin(Count::to(end)))
}

#[monitored]
fn iterator(end: u32) -> impl Iterator<Item = u32> {
    (0..end).map(|one| one + 1)
}

#[monitored]
fn boxed_iterator<'a>(all: &'a [u32]) -> Box<dyn Iterator<Item = &'a u32> + 'a> {
    if all.is_empty() {
        return Box::new(std::iter::empty());
    }
    Box::new(all.iter())
}

struct Cursor {
    end: u32,
}

// The options of a block are for those methods that have a result.
#[monitored(err, ret)]
impl Cursor {
    fn boxed_rows(&self) -> BoxStream<'_, u32> {
        Box::pin(Count::to(self.end))
    }

    fn written_out(&self) -> Pin<Box<dyn Stream<Item = u32> + '_>> {
        Box::pin(Count::to(self.end))
    }

    fn checked(&self) -> Result<u32, String> {
        self.end.checked_sub(1).ok_or_else(|| "empty".to_owned())
    }

    fn rows(&mut self) -> impl Stream<Item = u32> + '_ {
        self.end += 1;
        Count::to(self.end)
    }
}

#[test]
fn items_are_those_of_the_plain_function() {
    assert_eq!(collect(opaque(1)), [1, 2]);
    assert_eq!(collect(is_send(opaque_send("ab".to_owned()))), [1, 2]);
    assert_eq!(collect(boxed(2)), [1, 2]);
    assert_eq!(collect(is_send(aliased(2))), [1, 2]);
    assert_eq!(collect(aliased(0)).len(), 9);
    assert_eq!(collect(of_anything(|| Box::pin(Count::to(2)))), [1, 2]);
    assert_eq!(collect(block_on(opened(2)).unwrap()), [1, 2]);
    assert_eq!(iterator(2).collect::<Vec<_>>(), [1, 2]);
    assert_eq!(boxed_iterator(&[1]).count(), 1);
    assert_eq!(boxed_iterator(&[]).count(), 0);
    let mut cursor = Cursor { end: 1 };
    assert_eq!((collect(cursor.boxed_rows()), collect(cursor.written_out())), (vec![1], vec![1]));
    assert_eq!(cursor.checked(), Ok(0));
    assert_eq!(collect(cursor.rows()), [1, 2]);
}
