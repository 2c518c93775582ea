//! Plain functions.

use std::panic::Location;

use monitor_core::monitored;

use crate::support::block_on;
use crate::support::panic_text;

#[monitored]
fn nothing() {}

#[monitored]
fn unit() -> () {
    nothing();
}

#[monitored]
#[rustfmt::skip]
fn one_line(a: u32) -> u32 { a + 1 }

/// Its destructor is the only one to read it.
struct Slot<'a>(&'a mut u32, Option<u32>);

impl Slot<'_> {
    #[monitored]
    fn set(mut self) {
        self.1 = Some(1);
    }
}

impl Drop for Slot<'_> {
    fn drop(&mut self) {
        *self.0 += self.1.unwrap_or_default();
    }
}

#[monitored]
fn set_slot(mut slot: Slot<'_>) {
    slot.1 = Some(2);
}

#[monitored]
async fn set_slot_later(mut slot: Slot<'_>) {
    slot.1 = Some(3);
}

#[monitored]
fn early(a: Option<u32>) -> Result<u32, std::num::ParseIntError> {
    if let Some(a) = a {
        return Ok(a);
    }
    let parsed: u32 = "x".parse()?;
    Ok(parsed)
}

#[monitored]
fn question(a: Option<u32>) -> Option<u32> {
    Some(a? + 1)
}

#[monitored]
fn coerced(all: &[u32; 3]) -> Option<&[u32]> {
    if all[0] == 9 {
        return None;
    }
    Some(all)
}

#[monitored]
fn dynamic(a: u8) -> Box<dyn Fn(u8) -> u8> {
    if a == 0 {
        return Box::new(|b| b);
    }
    Box::new(move |b| a + b)
}

#[monitored]
fn mutated(mut a: u32, mut b: String) -> String {
    while a > 0 {
        a -= 1;
        b.push('x');
    }
    b
}

#[monitored]
fn unused(_a: u32, _b: String, _: u32, _: String) {}

#[monitored]
fn borrowed(text: &mut String) -> &mut String {
    text.push('!');
    text
}

#[monitored]
fn fails(text: &str) -> u32 {
    panic!("no {text}")
}

#[monitored]
fn fails_owned(text: String) -> u32 {
    panic!("no {text}")
}

#[monitored]
fn stops(text: &str) -> ! {
    panic!("stop {text}")
}

#[monitored]
#[track_caller]
fn place() -> &'static Location<'static> {
    Location::caller()
}

#[monitored]
unsafe fn dereferenced(a: *const u32) -> u32 {
    // SAFETY: the only caller points at a value that lives.
    unsafe { *a }
}

#[monitored]
extern "C" fn exported(a: u32) -> u32 {
    a * 2
}

#[monitored]
#[unsafe(no_mangle)]
extern "C" fn monitor_test_exported(a: u32) -> u32 {
    a * 3
}

#[monitored]
fn iterator_of_results(all: &[&str]) -> Result<Vec<u32>, std::num::ParseIntError> {
    all.iter().map(|one| one.parse()).collect()
}

#[monitored]
fn breaks_out(all: &mut Vec<u32>) -> Option<u32> {
    let found = 'found: {
        while let Some(one) = all.pop() {
            if one > 1 {
                break 'found one;
            }
        }
        return None;
    };
    Some(found)
}

#[monitored]
fn recursive(a: u64) -> u64 {
    if a < 2 {
        a
    } else {
        recursive(a - 1) + recursive(a - 2)
    }
}

#[monitored]
fn inner_attributes(a: u32) -> u32 {
    #![allow(unused_variables)]
    #![allow(clippy::no_effect)]
    let unused = 1;
    a
}

#[monitored]
#[inline(always)]
#[must_use]
#[allow(clippy::inline_always)]
/// With a doc comment after the attribute.
fn attributed(a: u32) -> u32 {
    a
}

#[monitored]
fn with_items(a: u32) -> u32 {
    const ONE: u32 = 1;
    fn add(a: u32) -> u32 {
        a + ONE
    }
    add(a)
}

#[monitored]
fn with_owned_items(a: String) -> usize {
    const ONE: usize = 1;
    fn add(a: &str) -> usize {
        a.len() + ONE
    }
    add(&a)
}

/// The last expression borrows from the argument, through a temporary.
#[monitored]
fn last_temporary(lock: std::sync::Mutex<String>) -> usize {
    lock.lock().unwrap().len()
}

#[monitored]
fn returns_fn(a: u32) -> fn(u32) -> u32 {
    fn same(a: u32) -> u32 {
        a
    }
    let _ = a;
    same
}

#[monitored]
fn iterates(all: &[u32]) -> impl Iterator<Item = u32> + '_ {
    all.iter().map(|one| one + 1)
}

#[monitored]
fn opaque_result(a: u32) -> Result<impl Iterator<Item = u32>, String> {
    if a > 9 {
        return Err("too many".to_owned());
    }
    Ok(0..a)
}

#[monitored]
fn opaque_pair(a: u32) -> (impl Fn(u32) -> u32, impl Iterator<Item = u32>) {
    (move |b| a + b, 0..a)
}

#[monitored]
fn opaque_in_box(a: u32) -> Box<dyn Iterator<Item = impl std::fmt::Display>> {
    Box::new(0..a)
}

#[monitored]
fn text(a: &str, b: &str) -> std::borrow::Cow<'static, str> {
    let _ = b;
    if a.is_empty() {
        "empty".into()
    } else {
        a.to_owned().into()
    }
}

macro_rules! declares {
    ($vis:vis $name:ident($arg:ident: $kind:ty) -> $result:ty $body:block) => {
        #[monitored]
        $vis fn $name($arg: $kind) -> $result $body
    };
}

declares!(pub from_macro(a: u32) -> Result<u32, String> {
    if a == 0 { return Err(String::from("zero")); }
    Ok(a)
});

declares!(owned_from_macro(text: String) -> usize { text.len() });

#[test]
fn results_are_those_of_the_plain_function() {
    unit();
    assert_eq!(one_line(1), 2);
    assert_eq!(early(Some(1)), Ok(1));
    assert!(early(None).is_err());
    assert_eq!(question(Some(1)), Some(2));
    assert_eq!(question(None), None);
    assert_eq!(coerced(&[1, 2, 3]), Some(&[1, 2, 3][..]));
    assert_eq!(coerced(&[9, 2, 3]), None);
    assert_eq!((dynamic(0)(4), dynamic(1)(4)), (4, 5));
    assert_eq!(mutated(2, "a".to_owned()), "axx");
    unused(1, String::new(), 2, String::new());
    assert_eq!(borrowed(&mut "a".to_owned()), "a!");
    let value = 7;
    // SAFETY: `value` lives.
    assert_eq!(unsafe { dereferenced(&raw const value) }, 7);
    assert_eq!(exported(4), 8);
    assert_eq!(monitor_test_exported(4), 12);
    assert_eq!(iterator_of_results(&["1", "2"]), Ok(vec![1, 2]));
    assert!(iterator_of_results(&["x"]).is_err());
    assert_eq!((breaks_out(&mut vec![2, 1]), breaks_out(&mut vec![1])), (Some(2), None));
    assert_eq!(recursive(10), 55);
    assert_eq!(inner_attributes(1), 1);
    assert_eq!(attributed(1), 1);
    assert_eq!(with_items(1), 2);
    assert_eq!(with_owned_items("a".to_owned()), 2);
    assert_eq!(last_temporary(std::sync::Mutex::new("abc".to_owned())), 3);
    assert_eq!(returns_fn(1)(3), 3);
    assert_eq!(iterates(&[1, 2]).collect::<Vec<_>>(), [2, 3]);
    assert_eq!(opaque_result(2).map(Iterator::count), Ok(2));
    assert!(opaque_result(10).is_err());
    let (add, count) = opaque_pair(2);
    assert_eq!((add(1), count.count()), (3, 2));
    assert_eq!(opaque_in_box(2).count(), 2);
    assert_eq!(text("", ""), "empty");
    assert_eq!(from_macro(1), Ok(1));
    assert_eq!(owned_from_macro("ab".to_owned()), 2);
}

#[test]
fn an_assignment_that_a_destructor_reads_is_no_warning() {
    let mut set = 0;
    Slot(&mut set, None).set();
    set_slot(Slot(&mut set, None));
    block_on(set_slot_later(Slot(&mut set, None)));
    assert_eq!(set, 6);
}

#[test]
fn panics_keep_their_text() {
    assert_eq!(panic_text(|| fails("way")), "no way");
    assert_eq!(panic_text(|| fails_owned("way".to_owned())), "no way");
    assert_eq!(panic_text(|| stops("here")), "stop here");
}

#[test]
fn the_callers_place_is_kept() {
    assert_eq!(place().line(), line!());
}
