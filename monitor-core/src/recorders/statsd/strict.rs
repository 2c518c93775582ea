//! For tests: a reader of lines that refuses whatever is not exactly as it should be, and Etsy's daemon in small. Shares
//! nothing with the encoder.

use std::collections::BTreeMap;

/// One line, read.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Line {
    pub(crate) name: String,
    pub(crate) values: Vec<f64>,
    pub(crate) kind: String,
    pub(crate) rate: f64,
    pub(crate) labels: Vec<(String, String)>,
    pub(crate) container: String,
    pub(crate) time: Option<u64>,
}

/// An event of Datadog's, read by the lengths that stand at its beginning.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Event {
    pub(crate) title: String,
    pub(crate) text: String,
    pub(crate) rest: Vec<String>,
}

fn plain_number(text: &str) -> Option<f64> {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let (whole, part) = unsigned.split_once('.').unwrap_or((unsigned, "0"));
    (digits(whole) && digits(part)).then(|| text.parse().ok()).flatten()
}

fn labels(text: &str) -> Option<Vec<(String, String)>> {
    text.split(',')
        .map(|label| {
            let (name, value) = label.split_once(':')?;
            let fine = |text: &str| {
                !text.is_empty()
                    && !text.contains(|it: char| {
                        ":|@#,;=~\\\"".contains(it) || it.is_whitespace() || it.is_control()
                    })
            };
            (fine(name) && fine(value)).then(|| (name.to_owned(), value.to_owned()))
        })
        .collect()
}

/// Reads one line of a metric; with several values only where `kinds` has Datadog's types.
pub(crate) fn line(text: &str, kinds: &[&str]) -> Option<Line> {
    let (name, rest) = text.split_once(':')?;
    let named = name.split('.').all(|part| {
        !part.is_empty()
            && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
    });
    let mut fields = rest.split('|');
    let values: Vec<f64> = fields.next()?.split(':').map(plain_number).collect::<Option<_>>()?;
    let kind = fields.next().filter(|kind| kinds.contains(kind))?.to_owned();
    let several = kinds.contains(&"d") && matches!(kind.as_str(), "d" | "h" | "ms");
    let mut line = Line { name: name.to_owned(), values, kind, rate: 1.0, ..Line::default() };
    // Each at most once, in this order.
    let mut last = 0;
    for field in fields {
        let (place, ok) = match field.split_at_checked(1)? {
            ("@", rate) => {
                line.rate = plain_number(rate)?;
                (1, line.rate > 0.0 && line.rate < 1.0)
            }
            ("#", all) => {
                line.labels = labels(all)?;
                (2, true)
            }
            ("c", id) => {
                line.container = id.strip_prefix(':')?.to_owned();
                (3, !line.container.is_empty())
            }
            ("T", time) => {
                line.time = Some(time.parse().ok()?);
                (4, matches!(line.kind.as_str(), "c" | "g"))
            }
            _ => return None,
        };
        if place <= last || !ok {
            return None;
        }
        last = place;
    }
    let negative = line.values.iter().any(|value| *value < 0.0);
    let right = named && (line.values.len() == 1 || several) && (!negative || line.kind == "g");
    right.then_some(line)
}

/// Reads an event, by its lengths.
pub(crate) fn event(text: &str) -> Option<Event> {
    let (title, rest) = text.strip_prefix("_e{")?.split_once(',')?;
    let (told, rest) = rest.split_once("}:")?;
    let (title, told): (usize, usize) = (title.parse().ok()?, told.parse().ok()?);
    let (title, rest) = rest.split_at_checked(title)?;
    let (text, rest) = rest.strip_prefix('|')?.split_at_checked(told)?;
    let rest =
        rest.strip_prefix('|').map(|rest| rest.split('|').map(str::to_owned).collect()).unwrap_or_default();
    let fine = !title.is_empty() && !text.is_empty() && !(title.to_owned() + text).contains(char::is_control);
    fine.then(|| Event { title: title.to_owned(), text: text.to_owned(), rest })
}

/// A number as JavaScript's `Number` has it, of what stands in the golden file.
fn javascript(text: &str) -> Option<f64> {
    let text = text.trim();
    match text.strip_prefix("0x") {
        Some(hex) => u32::from_str_radix(hex, 16).ok().map(f64::from),
        None if text == "Infinity" => Some(f64::INFINITY),
        None if text.contains(|it: char| it.is_ascii_alphabetic() && it != 'e') => None,
        None => text.parse().ok(),
    }
}

/// Whether Etsy's daemon takes these fields: value, type, rate.
pub(crate) fn is_valid_packet(fields: &[Option<&str>]) -> bool {
    let field = |place: usize| fields.get(place).copied().flatten();
    let (Some(value), Some(kind)) = (field(0), field(1)) else { return false };
    let rate = field(2).is_none_or(|rate| {
        rate.strip_prefix('@').is_some_and(|rate| !rate.starts_with('-') && javascript(rate).is_some())
    });
    let number = javascript(value).filter(|_| !value.is_empty());
    rate && match kind {
        "s" => true,
        "ms" => number.is_some_and(|number| number >= 0.0),
        _ => number.is_some(),
    }
}

/// Etsy's daemon: what it keeps until the next flush.
#[derive(Debug, Default)]
pub(crate) struct Daemon {
    pub(crate) counters: BTreeMap<String, f64>,
    pub(crate) gauges: BTreeMap<String, f64>,
    pub(crate) timers: BTreeMap<String, Vec<f64>>,
    pub(crate) timer_counters: BTreeMap<String, f64>,
    pub(crate) bad_lines: u64,
}

impl Daemon {
    /// Takes a datagram as `handlePacket` of its `stats.js` does.
    pub(crate) fn take(&mut self, datagram: &str) {
        for metric in datagram.split('\n').filter(|metric| !metric.is_empty()) {
            let (metric, labels) = metric.split_once("|#").unwrap_or((metric, ""));
            let mut bits = metric.split(':');
            let mut key = bits.next().unwrap_or_default().to_owned();
            for label in labels.split(',').filter(|label| !label.is_empty()) {
                key += &format!(";{}", label.replacen(';', "_", 1).replacen(':', "=", 1));
            }
            for bit in bits {
                let fields: Vec<_> = bit.split('|').collect();
                if !is_valid_packet(&fields.iter().copied().map(Some).collect::<Vec<_>>()) {
                    self.bad_lines += 1;
                    continue;
                }
                self.add(&key, &fields);
            }
        }
    }

    fn add(&mut self, key: &str, fields: &[&str]) {
        let value = javascript(fields[0]).unwrap_or(0.0);
        let rate = fields.get(2).map_or(1.0, |rate| rate[1..].parse().unwrap());
        match fields[1] {
            "ms" => {
                self.timers.entry(key.to_owned()).or_default().push(value);
                *self.timer_counters.entry(key.to_owned()).or_default() += 1.0 / rate;
            }
            "g" => {
                let gauge = self.gauges.entry(key.to_owned()).or_default();
                let signed = fields[0].starts_with(['-', '+']);
                *gauge = if signed && *gauge != 0.0 { *gauge + value } else { value };
            }
            _ => *self.counters.entry(key.to_owned()).or_default() += value / rate,
        }
    }

    /// What a flush computes of one timer, as `process_metrics` does; of percentiles those above zero.
    pub(crate) fn timer_data(&self, key: &str, percentiles: &[f64], seconds: f64) -> BTreeMap<String, f64> {
        let count = self.timer_counters[key];
        let mut data =
            BTreeMap::from([("count_ps".to_owned(), count / seconds), ("count".to_owned(), count)]);
        let mut values = self.timers[key].clone();
        values.sort_by(f64::total_cmp);
        let (Some(lower), Some(upper)) = (values.first(), values.last()) else { return data };
        let number = values.len() as f64;
        let sum: f64 = values.iter().sum();
        let squares: f64 = values.iter().map(|value| value * value).sum();
        let mean = sum / number;
        let middle = values.len() / 2;
        let median =
            if values.len() % 2 == 1 { values[middle] } else { (values[middle - 1] + values[middle]) / 2.0 };
        let variance = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / number;
        for (name, value) in [
            ("lower", *lower),
            ("upper", *upper),
            ("sum", sum),
            ("sum_squares", squares),
            ("mean", mean),
            ("median", median),
            ("std", variance.sqrt()),
        ] {
            data.insert(name.to_owned(), value);
        }
        for percentile in percentiles {
            let part = (percentile / 100.0 * number).round() as usize;
            if part == 0 {
                continue;
            }
            let part = &values[..part];
            let name = percentile.to_string().replace('.', "_");
            let sum: f64 = part.iter().sum();
            for (what, value) in [
                ("count", part.len() as f64),
                ("mean", sum / part.len() as f64),
                ("upper", part[part.len() - 1]),
                ("sum", sum),
                ("sum_squares", part.iter().map(|value| value * value).sum()),
            ] {
                data.insert(format!("{what}_{name}"), value);
            }
        }
        data
    }
}
