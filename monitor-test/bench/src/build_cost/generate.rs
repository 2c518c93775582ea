//! The source of a crate with a thousand annotated functions.

use std::fmt::Write;
use std::ops::Range;

use crate::build_cost::recipe::Recipe;

/// How many functions a crate has.
pub(super) const FUNCTIONS: usize = 1_000;

/// How many of them share a module, which is what rustc builds side by side.
const IN_MODULE: usize = 50;

/// What every crate begins with.
const PREAMBLE: &str = r#"use std::fmt;
use std::hint::black_box;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

#[derive(Debug)]
struct Refused;

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("refused")
    }
}

impl std::error::Error for Refused {}

#[allow(dead_code)]
trait Ending {
    fn is_well(&self) -> bool;
}

impl Ending for u64 {
    fn is_well(&self) -> bool {
        true
    }
}

impl Ending for Result<u64, Refused> {
    fn is_well(&self) -> bool {
        self.is_ok()
    }
}

#[inline(never)]
fn polled(future: impl Future<Output = u64>) -> u64 {
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(value) = future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            return value;
        }
    }
}
"#;

/// The text of `main.rs`: 334 sync, 333 async and 333 `Result` functions in modules, as a grown crate has
/// them, and a main that calls them all.
pub(super) fn source(recipe: &Recipe) -> String {
    let mut source = PREAMBLE.to_owned();
    let mut calls = String::new();
    for (number, first) in (0..FUNCTIONS).step_by(IN_MODULE).enumerate() {
        source.push_str(&module(recipe, number, first..FUNCTIONS.min(first + IN_MODULE)));
        // Writing to a string cannot fail.
        let _ = writeln!(calls, "    sum = sum.wrapping_add(part_{number}::run(x));");
    }
    let head = "fn main() {\n    let x = black_box(1);\n    let mut sum = 0u64;";
    format!("{source}\n{head}\n{calls}    black_box(sum);\n}}\n")
}

fn module(recipe: &Recipe, number: usize, functions: Range<usize>) -> String {
    let mut module = format!("\nmod part_{number} {{\n    #[allow(unused_imports)]\n    use super::*;\n");
    let mut calls = String::new();
    for index in functions {
        let (attribute, keyword, output, body, call) = match index % 3 {
            0 => (recipe.attribute, "", "u64", value(index), "{name}(x)"),
            1 => (recipe.attribute, "async ", "u64", value(index), "polled({name}(x))"),
            _ => (recipe.failing, "", "Result<u64, Refused>", result(index), "{name}(x).unwrap_or(0)"),
        };
        let name = format!("function_{index}");
        let attribute = attribute.replace("{name}", &name);
        let body = recipe.wrapped.replace("{body}", &body).replace("{name}", &name);
        let call = call.replace("{name}", &name);
        // Writing to a string cannot fail.
        let _ = write!(
            module,
            "\n{attribute}\n#[inline(never)]\n{keyword}fn {name}(x: u64) -> {output} {{\n    {body}\n}}\n"
        );
        let _ = writeln!(calls, "    sum = sum.wrapping_add({call});");
    }
    let head = "#[inline(never)]\npub fn run(x: u64) -> u64 {\n    let mut sum = 0u64;";
    format!("{module}\n{head}\n{calls}    sum\n}}\n}}\n")
}

fn value(index: usize) -> String {
    format!("black_box(x).wrapping_mul({})", 2 * index + 3)
}

fn result(index: usize) -> String {
    format!("if black_box(x) == 0 {{ Err(Refused) }} else {{ Ok(x.wrapping_mul({})) }}", 2 * index + 3)
}
