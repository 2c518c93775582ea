//! A picture for Perfetto and `chrome://tracing`, read back as the JSON that it is.

use std::collections::BTreeSet;
use std::fs;

use serde_json::Value;
use serde_json::json;

use monitor_core::Recorder;
use monitor_core::recorders::ChromeTrace;

use crate::expected::Expected;
use crate::folder::Folder;
use crate::peer::Peer;
use crate::program;
use crate::server::eventually;

const FILE: &str = "trace.json";
/// Times are microseconds with three decimals.
const ROUNDING: f64 = 2e-9;

pub(crate) struct Picture {
    folder: Folder,
}

impl Picture {
    pub(crate) fn start() -> Self {
        Self { folder: Folder::new("chrome-trace") }
    }

    /// All that is drawn.
    fn read(&self) -> Result<Vec<Value>, String> {
        let text = fs::read_to_string(self.folder.join(FILE)).map_err(|error| error.to_string())?;
        serde_json::from_str(&text).map_err(|error| format!("{error}: {text}"))
    }
}

/// What is drawn in this way: `X` is a span, `i` an event, `C` a point of a curve.
fn of<'a>(drawn: &'a [Value], phase: &str) -> Vec<&'a Value> {
    drawn.iter().filter(|record| record["ph"] == phase).collect()
}

impl Peer for Picture {
    fn recorder_name(&self) -> &'static str {
        "chrome_trace"
    }

    fn recorder(&self) -> Box<dyn Recorder> {
        Box::new(ChromeTrace::default().path(self.folder.join(FILE)))
    }

    fn settings(&self) -> Vec<(&'static str, String)> {
        vec![("PATH", self.folder.join(FILE).display().to_string())]
    }

    fn check(&self, expected: &Expected) {
        let drawn = eventually(|| {
            let drawn = self.read()?;
            let there = (of(&drawn, "X").len(), of(&drawn, "i").len());
            let wanted = (expected.calls.len(), program::EVENTS.len() * program::EACH);
            if there >= wanted {
                Ok(drawn)
            } else {
                Err(format!("{there:?} are drawn instead of {wanted:?}"))
            }
        });
        check_bars(&of(&drawn, "X"), expected);
        check_marks(&of(&drawn, "i"), expected);
        let heat = of(&drawn, "C").into_iter().rfind(|point| point["name"] == "servers.temperature");
        assert_eq!(heat.map(|point| &point["args"]), Some(&json!({ "value": program::TEMPERATURE })));
    }
}

/// Each call is one bar.
#[track_caller]
fn check_bars(bars: &[&Value], expected: &Expected) {
    let mut told = BTreeSet::new();
    for bar in bars {
        let said = &bar["args"];
        let call = expected.call(said["span_id"].as_str().unwrap_or_else(|| panic!("{bar}")));
        assert_eq!(bar["name"], json!(call.function), "{bar}");
        assert_eq!(said["outcome"], json!(call.outcome), "{bar}");
        assert_eq!(said["error.type"], json!(call.error_type), "{bar}");
        assert_eq!(
            (&said["trace_id"], &said["parent_id"]),
            (&json!(call.trace), &json!(call.parent)),
            "{bar}"
        );
        call.check_duration(bar["dur"].as_f64().unwrap() / 1e6, ROUNDING);
        if call.function == "take_order" {
            assert_eq!(said["fields"]["note"], json!(program::HOSTILE));
        }
        told.insert(&call.span);
    }
    assert_eq!((bars.len(), told.len()), (expected.calls.len(), expected.calls.len()));
}

/// Each event is a mark in the lane of its call.
#[track_caller]
fn check_marks(marks: &[&Value], expected: &Expected) {
    for (name, function, field) in program::EVENTS {
        let marks: Vec<_> = marks.iter().filter(|mark| mark["name"] == name).collect();
        assert_eq!(marks.len(), program::EACH, "{name}: {marks:?}");
        for said in marks.iter().map(|mark| &mark["args"]) {
            let call = expected.call(said["span_id"].as_str().unwrap());
            assert_eq!((call.function.as_str(), &said["trace_id"]), (function, &json!(call.trace)), "{said}");
            assert_eq!(said["fields"][field], json!(program::HOSTILE));
        }
    }
    assert_eq!(marks.len(), program::EVENTS.len() * program::EACH);
}
