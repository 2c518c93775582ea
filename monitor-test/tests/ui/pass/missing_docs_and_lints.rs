//! A crate that denies what it can.
#![deny(
    warnings, missing_docs, unreachable_pub, unused_qualifications, single_use_lifetimes, trivial_casts,
    trivial_numeric_casts, unused_lifetimes, variant_size_differences, elided_lifetimes_in_paths,
    missing_debug_implementations, let_underscore_drop, unused_results, unused_import_braces, unsafe_code
)]
#![no_implicit_prelude]

use ::monitor_core::monitored;
use ::std::result::Result;
use ::std::result::Result::Err;
use ::std::result::Result::Ok;
use ::std::string::String;

/// Has a path of the standard library that is not imported.
#[monitored(err, fields(a, b = 1))]
fn place(a: String) -> Result<String, String> {
    if a.is_empty() { Err(a) } else { Ok(a) }
}

#[monitored(ret)]
async fn later(a: &mut u32) -> &mut u32 {
    *a += 1;
    a
}

fn main() {
    ::std::assert!(place(String::new()).is_err());
    ::std::mem::drop(later(&mut 1));
}
