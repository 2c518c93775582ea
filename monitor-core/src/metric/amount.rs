//! One value of a metric, as far as it is known.

use crate::metric::MetricData;
use crate::metric::MetricKind;
use crate::metric::Number;
use crate::metric::Whole;
use crate::metric::tick as kind;

/// One value of a metric, as far as it is known.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) enum Amount {
    /// How long the call took, in the metric's unit.
    Duration,
    /// As a tick has it.
    Known(u64),
    /// There is nothing to record.
    #[default]
    None,
    /// It is no number, infinite, or negative where that makes no sense.
    Rejected,
}

impl Amount {
    /// A whole number as the value of a metric of this kind.
    pub(crate) fn whole(kind: MetricKind, value: i128) -> Self {
        let bits = match kind {
            MetricKind::Counter => u64::try_from(value).ok(),
            MetricKind::UpDownCounter => i64::try_from(value).ok().map(|value| value as u64),
            MetricKind::Gauge | MetricKind::Histogram => return Self::number(kind, value as f64),
        };
        bits.map_or(Amount::Rejected, Amount::Known)
    }

    /// A number as the value of a metric of this kind.
    pub(crate) fn number(kind: MetricKind, value: f64) -> Self {
        let fits = value.is_finite()
            && match kind {
                MetricKind::Gauge | MetricKind::UpDownCounter => true,
                MetricKind::Counter | MetricKind::Histogram => value >= 0.0,
            };
        match kind {
            _ if !fits => Amount::Rejected,
            MetricKind::Gauge | MetricKind::Histogram => Amount::Known(value.to_bits()),
            MetricKind::Counter | MetricKind::UpDownCounter => Self::whole(kind, value as i128),
        }
    }
}

/// The value of a metric, while it is being told.
#[derive(Debug)]
pub struct MetricValue {
    kind: MetricKind,
    amount: Amount,
}

impl MetricValue {
    /// The value that this tells.
    pub(crate) fn of(kind: MetricKind, tell: impl FnOnce(&mut MetricValue)) -> Amount {
        let mut value = MetricValue { kind, amount: Amount::None };
        tell(&mut value);
        value.amount
    }

    /// One.
    pub fn one(&mut self) {
        self.amount = Amount::whole(self.kind, 1);
    }

    /// How long the call takes.
    pub fn duration(&mut self) {
        self.amount = Amount::Duration;
    }

    /// A whole number.
    pub fn whole<V: Whole + ?Sized>(&mut self, value: &V) {
        self.amount = value.whole().map_or(Amount::None, |value| Amount::whole(self.kind, value));
    }

    /// A number in this unit.
    pub fn number<V: Number + ?Sized>(&mut self, value: &V, unit: &str) {
        self.amount = value.number(unit).map_or(Amount::None, |value| Amount::number(self.kind, value));
    }
}

/// What a tick of a metric of this kind says.
pub(crate) fn tick_kind(metric: MetricKind) -> u64 {
    match metric {
        MetricKind::Counter => kind::COUNTER,
        MetricKind::Gauge => kind::GAUGE,
        MetricKind::Histogram => kind::HISTOGRAM,
        MetricKind::UpDownCounter => kind::UP_DOWN,
    }
}

/// The value of a metric of this kind from its bits in a tick; none of a histogram, which has many.
pub(crate) fn data(metric: MetricKind, bits: u64) -> Option<MetricData> {
    match metric {
        MetricKind::Counter => Some(MetricData::Counter(bits)),
        MetricKind::Gauge => Some(MetricData::Gauge(f64::from_bits(bits))),
        MetricKind::Histogram => None,
        MetricKind::UpDownCounter => Some(MetricData::UpDownCounter(bits as i64)),
    }
}

/// How many of a unit a second has; none where it is no unit of time.
pub(crate) fn of_second(unit: &str) -> Option<f64> {
    Some(match unit {
        "s" => 1.0,
        "ms" => 1e3,
        "us" => 1e6,
        "ns" => 1e9,
        "min" => 1.0 / 60.0,
        "h" => 1.0 / 3600.0,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::Amount;
    use crate::metric::MetricKind;

    #[test]
    fn f56_f57_what_does_not_fit_the_kind_is_rejected() {
        use MetricKind::Counter;
        use MetricKind::Gauge;
        use MetricKind::Histogram;
        use MetricKind::UpDownCounter;
        for kind in [Counter, Gauge, Histogram, UpDownCounter] {
            for value in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
                assert_eq!(Amount::number(kind, value), Amount::Rejected, "{kind:?} {value}");
            }
        }
        assert_eq!([Counter, Histogram].map(|kind| Amount::whole(kind, -1)), [Amount::Rejected; 2]);
        assert_eq!(Amount::whole(Counter, i128::from(u64::MAX) + 1), Amount::Rejected);
        assert_eq!(Amount::whole(Gauge, -1), Amount::Known((-1.0_f64).to_bits()));
        assert_eq!(Amount::whole(UpDownCounter, -1), Amount::Known(-1_i64 as u64));
    }
}
