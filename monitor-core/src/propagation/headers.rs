//! Whatever holds headers: maps, lists of pairs, closures over what another crate has.

use std::collections::HashMap;
use std::hash::BuildHasher;
use std::hash::Hash;

/// Where headers are read.
///
/// A [`HashMap`], a list of pairs and a slice of them are; for the map of another crate, [`read_from`] takes a closure.
pub trait ReadHeaders {
    /// Calls `line` with the value of each header of this name, whatever the case of its letters, in their order.
    fn read(&self, name: &str, line: &mut dyn FnMut(&[u8]));
}

/// Where headers are written.
///
/// A [`HashMap`] and a list of pairs of `String`s are; for the map of another crate, [`write_to`] takes a closure.
pub trait WriteHeaders {
    /// Sets a header, in the place of any that has this name. The name is in lower case, and the value is printable ASCII.
    fn write(&mut self, name: &'static str, value: &str);

    /// Takes a header away that came from elsewhere and has nothing to say here.
    fn remove(&mut self, name: &'static str) {
        let _ = name;
    }
}

/// Headers behind a closure.
#[derive(Clone, Copy, Debug)]
pub struct FnHeaders<F>(F);

/// Headers read by a closure, from the map of whatever crate: it calls its second argument with the value of each header
/// of a name.
///
/// With the crate `http`, that is
/// `read_from(|name, line| map.get_all(name).iter().for_each(|value| line(value.as_bytes())))`.
///
/// ```
/// use monitor_core::propagation::{read_from, write_to};
/// use monitor_core::{Context, Trust};
///
/// let received = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
/// let read = read_from(|name, line| {
///     if name == "traceparent" {
///         line(received.as_bytes());
///     }
/// });
/// let context = Context::extract(&read, Trust::Continue);
///
/// let mut sent = String::new();
/// context.inject(&mut write_to(|name, value| sent += &format!("{name}: {value}\r\n")));
/// assert_eq!(sent, format!("traceparent: {received}\r\n"));
/// ```
pub fn read_from<F: Fn(&str, &mut dyn FnMut(&[u8]))>(read: F) -> FnHeaders<F> {
    FnHeaders(read)
}

/// Headers written by a closure, to the map of whatever crate: it sets a header to a value, in the place of any that has
/// this name.
///
/// With the crate `http`, that is
/// `write_to(|name, value| drop(map.insert(name, HeaderValue::from_str(value).unwrap())))`: a value is printable ASCII.
pub fn write_to<F: FnMut(&'static str, &str)>(write: F) -> FnHeaders<F> {
    FnHeaders(write)
}

impl<F: Fn(&str, &mut dyn FnMut(&[u8]))> ReadHeaders for FnHeaders<F> {
    fn read(&self, name: &str, line: &mut dyn FnMut(&[u8])) {
        (self.0)(name, line);
    }
}

impl<F: FnMut(&'static str, &str)> WriteHeaders for FnHeaders<F> {
    fn write(&mut self, name: &'static str, value: &str) {
        (self.0)(name, value);
    }
}

impl<K: AsRef<str>, V: AsRef<[u8]>> ReadHeaders for [(K, V)] {
    fn read(&self, name: &str, line: &mut dyn FnMut(&[u8])) {
        self.iter().filter(|(it, _)| is(it, name)).for_each(|(_, value)| line(value.as_ref()));
    }
}

impl<K: AsRef<str>, V: AsRef<[u8]>, const N: usize> ReadHeaders for [(K, V); N] {
    fn read(&self, name: &str, line: &mut dyn FnMut(&[u8])) {
        self.as_slice().read(name, line);
    }
}

impl<K: AsRef<str>, V: AsRef<[u8]>> ReadHeaders for Vec<(K, V)> {
    fn read(&self, name: &str, line: &mut dyn FnMut(&[u8])) {
        self.as_slice().read(name, line);
    }
}

impl<K: AsRef<str>, V: AsRef<[u8]>, S> ReadHeaders for HashMap<K, V, S> {
    fn read(&self, name: &str, line: &mut dyn FnMut(&[u8])) {
        self.iter().filter(|(it, _)| is(it, name)).for_each(|(_, value)| line(value.as_ref()));
    }
}

impl<K: AsRef<str> + From<&'static str>, V: for<'a> From<&'a str>> WriteHeaders for Vec<(K, V)> {
    fn write(&mut self, name: &'static str, value: &str) {
        WriteHeaders::remove(self, name);
        self.push((name.into(), value.into()));
    }

    fn remove(&mut self, name: &'static str) {
        self.retain(|(it, _)| !is(it, name));
    }
}

impl<K, V, S> WriteHeaders for HashMap<K, V, S>
where
    K: AsRef<str> + From<&'static str> + Eq + Hash,
    V: for<'a> From<&'a str>,
    S: BuildHasher,
{
    fn write(&mut self, name: &'static str, value: &str) {
        WriteHeaders::remove(self, name);
        self.insert(name.into(), value.into());
    }

    fn remove(&mut self, name: &'static str) {
        self.retain(|it, _| !is(it, name));
    }
}

fn is(name: &impl AsRef<str>, other: &str) -> bool {
    name.as_ref().eq_ignore_ascii_case(other)
}
