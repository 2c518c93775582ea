//! A part of the traces, the same part everywhere.

use crate::model::Own;
use crate::model::TraceId;
use crate::recorder::SpanBatch;
use crate::recorder::layer::Layer;
use crate::recorder::layer::fields::with_own;

/// Thresholds and the random part of a trace's identifier have so many bits.
const BITS: u32 = 56;

/// Lets a part of the traces through: all spans of a trace or none, whoever decides it in whichever process.
///
/// It is OpenTelemetry's consistent probability sampling: a trace is kept if the low 56 bits of its identifier are not
/// less than a threshold. Each span that is kept says the threshold in its
/// [trace state](crate::SpanRef::trace_state), as `ot=th:fd70a4` for 1 %, so that whoever counts spans knows for how many
/// each one stands. Metrics are counted before and stay exact.
///
/// <https://opentelemetry.io/docs/specs/otel/trace/tracestate-probability-sampling/>
///
/// ```
/// use monitor_core::layers::{RecorderExt, Sampling};
/// use monitor_core::recorders::Null;
///
/// let recorder = Null::default().layer(Sampling::of(0.1));
/// # drop(recorder);
/// ```
#[derive(Clone, Debug)]
pub struct Sampling {
    threshold: u64,
    state: String,
}

impl Sampling {
    /// Lets this share through, from 0 for nothing to 1 for everything. What is below 2⁻⁵⁶, or no number, is nothing; what
    /// is above 1 is everything.
    #[must_use]
    pub fn of(share: f64) -> Self {
        let whole = 1_u64 << BITS;
        // The conversion bounds it, and makes nothing of what is no number.
        let kept = (share * whole as f64) as u64;
        let threshold = rounded(whole - kept.min(whole));
        let digits = format!("{threshold:014x}");
        let digits = digits.trim_end_matches('0');
        let state = format!("ot=th:{}", if digits.is_empty() { "0" } else { digits });
        Self { threshold, state }
    }

    /// Whether this trace is among those that are let through.
    #[must_use]
    pub fn keeps(&self, trace: TraceId) -> bool {
        trace.as_u128() as u64 & ((1 << BITS) - 1) >= self.threshold
    }
}

/// The threshold with five hexadecimal digits after those that are all ones, so that it is short to write and the share is
/// as exact as it was said, at any share.
fn rounded(threshold: u64) -> u64 {
    let ones = (threshold << (u64::BITS - BITS)).leading_ones() / 4 * 4;
    let Some(digit) = (BITS.saturating_sub(ones)).checked_sub(20).filter(|bits| *bits > 0) else {
        return threshold;
    };
    let half = 1 << (digit - 1);
    let rounded = (threshold + half) >> digit << digit;
    if rounded >> BITS == 0 { rounded } else { threshold }
}

impl Layer for Sampling {
    fn spans(&mut self, batch: SpanBatch) -> SpanBatch {
        let kept = batch.retained(|span| self.keeps(span.trace_id()));
        if self.threshold == 0 {
            return kept;
        }
        kept.edited(|span| Some(with_own(span.all_fields(), Own::TraceState, &self.state)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(share: f64, state: &str) {
        assert_eq!(Sampling::of(share).state, state, "{share}");
    }

    #[test]
    fn thresholds_are_written_as_opentelemetry_writes_them() {
        // The examples of the specification.
        check(1.0, "ot=th:0");
        check(0.5, "ot=th:8");
        check(0.25, "ot=th:c");
        check(0.01, "ot=th:fd70a4");
        check(0.001, "ot=th:ffbe76d");
        check(2.0, "ot=th:0");
    }

    #[test]
    fn a_share_that_makes_no_sense_keeps_nothing_or_everything() {
        for share in [0.0, -1.0, f64::NAN, f64::NEG_INFINITY] {
            assert!(!Sampling::of(share).keeps(TraceId::new(u128::MAX)), "{share}");
        }
        for share in [1.0, 7.0, f64::INFINITY] {
            assert!(Sampling::of(share).keeps(TraceId::new(1 << 60)), "{share}");
        }
    }

    #[test]
    fn the_low_56_bits_decide() {
        let half = Sampling::of(0.5);
        assert!(half.keeps(TraceId::new(0x80_0000_0000_0000)));
        assert!(!half.keeps(TraceId::new(u128::MAX << 56 | 0x7f_ffff_ffff_ffff)));
    }
}
