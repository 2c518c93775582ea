//! How much of something is kept.

use crate::model::SpanContext;
use crate::model::mix;
use crate::recorder::FromSetting;

/// How much of something is kept, from none to all; decided by identifiers, so that all parts of a trace fare alike.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Rate(f64);

impl Rate {
    pub(crate) const ALL: Rate = Rate(1.0);

    /// This part of all: what is below zero or no number is none, and above one is all.
    pub(crate) fn new(rate: f64) -> Self {
        Self(if rate.is_nan() { 0.0 } else { rate.clamp(0.0, 1.0) })
    }

    /// Whether nothing is kept, which is no chance.
    pub(crate) fn is_none(self) -> bool {
        self.0 <= 0.0
    }

    /// Whether the trace of this span is kept. The same as everybody who follows OpenTelemetry's consistent probability
    /// decides about it: by the last 56 bits of its identifier.
    pub(crate) fn keeps_trace(self, span: SpanContext) -> bool {
        let random = span.trace_id().as_u128() as u64 & ((1 << 56) - 1);
        random as f64 >= (1.0 - self.0) * 2_f64.powi(56)
    }

    /// Whether what happened in this span is kept.
    pub(crate) fn keeps_one(self, span: SpanContext) -> bool {
        let random = mix(span.span_id().as_u64() ^ span.trace_id().as_u128() as u64) >> 8;
        random as f64 >= (1.0 - self.0) * 2_f64.powi(56)
    }
}

impl FromSetting for Rate {
    const EXPECTED: &'static str = "a number from 0 (nothing) to 1 (everything)";

    fn from_setting(text: &str) -> Option<Self> {
        text.parse().ok().filter(|rate| (0.0..=1.0).contains(rate)).map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::SpanId;
    use crate::model::TraceId;

    #[test]
    fn a_rate_keeps_its_part_and_all_of_a_trace_or_nothing() {
        let spans = |trace: u64| {
            (1..4).map(move |span| SpanContext::new(TraceId::new(u128::from(mix(trace))), SpanId::new(span)))
        };
        for (rate, least, most) in [
            (0.0, 0, 0),
            (0.25, 2_300, 2_700),
            (1.0, 10_000, 10_000),
            (7.0, 10_000, 10_000),
            (f64::NAN, 0, 0),
        ] {
            let rate = Rate::new(rate);
            let mut kept = 0;
            for trace in 0..10_000 {
                let verdicts: Vec<_> = spans(trace).map(|span| rate.keeps_trace(span)).collect();
                assert!(verdicts.iter().all(|verdict| *verdict == verdicts[0]));
                kept += usize::from(verdicts[0]);
            }
            assert!((least..=most).contains(&kept), "{kept} of {rate:?}");
            let kept = (0..10_000)
                .filter(|trace| spans(*trace).next().is_some_and(|span| rate.keeps_one(span)))
                .count();
            assert!((least..=most).contains(&kept), "{kept} of {rate:?}");
        }
    }

    #[test]
    fn a_rate_is_a_number_from_none_to_all() {
        for (text, expected) in [
            ("0", Some(0.0)),
            ("0.5", Some(0.5)),
            ("1", Some(1.0)),
            ("1.1", None),
            ("-1", None),
            ("x", None),
            ("NaN", None),
        ] {
            assert_eq!(Rate::from_setting(text), expected.map(Rate), "{text}");
        }
    }
}
