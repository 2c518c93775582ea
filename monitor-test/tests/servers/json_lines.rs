//! A file of JSON lines, read back without a server.

use serde_json::Value;

use monitor_core::Recorder;
use monitor_core::recorders::JsonLines;
use monitor_core::recorders::json_lines::Format;

use crate::expected::Expected;
use crate::folder::Folder;
use crate::installed::file;
use crate::installed::output_of;
use crate::installed::script;
use crate::otlp::Attributes;
use crate::otlp::Point;
use crate::otlp::Received;
use crate::otlp::Record;
use crate::otlp::Span;
use crate::peer::Peer;
use crate::server::eventually;

const FILE: &str = "telemetry.jsonl";

pub(crate) struct Lines {
    folder: Folder,
    format: Format,
}

impl Lines {
    /// To be read in this format.
    pub(crate) fn start(format: Format) -> Self {
        Self { folder: Folder::new("json-lines"), format }
    }

    fn read(&self) -> Result<Received, String> {
        if self.format == Format::Otlp {
            let printed =
                output_of(script(file("otlp/bin/python"), "read_otlp.py").arg(self.folder.join(FILE)))?;
            return Received::from_json(&printed).ok_or(printed);
        }
        let mut received = Received::default();
        for line in self.folder.read(FILE).lines() {
            let value: Value = serde_json::from_str(line).map_err(|error| format!("{error}: {line}"))?;
            read(&value, &mut received).ok_or_else(|| format!("not as documented: {line}"))?;
        }
        received.keep_newest();
        Ok(received)
    }
}

impl Peer for Lines {
    fn recorder_name(&self) -> &'static str {
        "json_lines"
    }

    fn recorder(&self) -> Box<dyn Recorder> {
        Box::new(JsonLines::default().format(self.format).path(self.folder.join(FILE)))
    }

    fn settings(&self) -> Vec<(&'static str, String)> {
        // Plain lines need not be asked for.
        vec![("PATH", self.folder.join(FILE).display().to_string())]
    }

    fn check(&self, expected: &Expected) {
        let received = eventually(|| {
            let received = self.read()?;
            received.is_complete(expected).map(|()| received)
        });
        received.check(expected);
        if self.format == Format::Otlp {
            received.check_exemplars(expected);
        }
    }
}

fn read(line: &Value, received: &mut Received) -> Option<()> {
    let text = |name: &str| Some(line.get(name)?.as_str()?.to_owned());
    // What the line has beside its own keys is there as well, which does no harm.
    let attributes: Attributes = line
        .as_object()?
        .iter()
        .map(|(name, value)| (name.clone(), value.as_str().map_or_else(|| value.to_string(), str::to_owned)))
        .collect();
    let name = text("name")?;
    match line["type"].as_str()? {
        "span" => received.spans.push(Span {
            name,
            trace: text("trace_id")?,
            span: text("span_id")?,
            parent: text("parent_id").unwrap_or_default(),
            seconds: line["duration"].as_f64()?,
            is_error: ["error", "panic"].contains(&line["outcome"].as_str()?),
            attributes,
        }),
        "metric" => received.points.push(Point {
            name,
            value: line["value"].as_f64().or(line["sum"].as_f64())?,
            count: line["count"].as_u64().unwrap_or_default(),
            // All that changes from one snapshot to the next is no label.
            attributes: attributes
                .into_iter()
                .filter(|(name, _)| {
                    ["function", "outcome", "error.type", "customer", "module"].contains(&name.as_str())
                })
                .collect(),
            exemplars: Vec::new(),
        }),
        "event" => {
            received.logs.push(Record { name, trace: text("trace_id")?, span: text("span_id")?, attributes })
        }
        _ => return None,
    }
    Some(())
}
