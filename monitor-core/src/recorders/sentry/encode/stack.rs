//! Stacks: those that were recorded as text, and those that follow from spans.

use serde_json::Map;
use serde_json::Value;
use serde_json::json;

use crate::model::Metadata;
use crate::recorders::sentry::encode::text::SYMBOL;
use crate::recorders::sentry::encode::text::clean;

/// The most frames.
const FRAMES: usize = 100;

/// The frame of an annotated function.
pub(crate) fn frame(metadata: &Metadata) -> Value {
    let mut frame = Map::new();
    frame.insert("function".to_owned(), json!(clean(metadata.name, SYMBOL)));
    frame.insert("in_app".to_owned(), json!(true));
    if !metadata.module.is_empty() {
        frame.insert("module".to_owned(), json!(clean(metadata.module, SYMBOL)));
    }
    if !metadata.file.is_empty() {
        frame.insert("filename".to_owned(), json!(clean(metadata.file, SYMBOL)));
        frame.insert("lineno".to_owned(), json!(metadata.line));
    }
    Value::Object(frame)
}

/// The frames of a backtrace as std displays it, the outermost first; none where the text is something else.
///
/// ```text
///    3: shop::cart::checkout
///              at ./src/cart.rs:40:13
/// ```
pub(crate) fn frames(backtrace: &str) -> Vec<Value> {
    let mut frames: Vec<Map<String, Value>> = Vec::new();
    for line in backtrace.lines().map(str::trim) {
        if let Some(place) = line.strip_prefix("at ") {
            if let Some(frame) = frames.last_mut() {
                locate(frame, place);
            }
        } else if let Some((number, function)) = line.split_once(": ")
            && !number.is_empty()
            && number.bytes().all(|byte| byte.is_ascii_digit())
        {
            let mut frame = Map::new();
            frame.insert("function".to_owned(), json!(clean(function.trim(), SYMBOL)));
            frame.insert("in_app".to_owned(), json!(is_of_the_program(function)));
            frames.push(frame);
        }
    }
    // The innermost say most.
    frames.truncate(FRAMES);
    frames.into_iter().rev().map(Value::Object).collect()
}

/// `file:line:column`, of which the column may be missing.
fn locate(frame: &mut Map<String, Value>, place: &str) {
    let mut parts = place.rsplitn(3, ':');
    let numbers = [parts.next(), parts.next()].map(|part| part.and_then(|part| part.parse::<u32>().ok()));
    let (file, line) = match (numbers, parts.next()) {
        ([Some(_), Some(line)], Some(file)) => (file, line),
        ([Some(line), None], _) => (place.rsplit_once(':').map_or(place, |(file, _)| file), line),
        _ => return,
    };
    if file.starts_with("/rustc/") {
        frame.insert("in_app".to_owned(), json!(false));
    }
    frame.insert("filename".to_owned(), json!(clean(file, SYMBOL)));
    frame.insert("lineno".to_owned(), json!(line));
}

/// Whether it is no part of what every program brings along.
fn is_of_the_program(function: &str) -> bool {
    let function = function.trim_start_matches('<');
    let brought =
        ["alloc::", "core::", "monitor_core::", "rust_begin_unwind", "std::", "__rust", "__libc", "_start"];
    !brought.iter().any(|start| function.starts_with(start))
}
