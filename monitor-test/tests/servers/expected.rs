//! What a server has to have, from what the program wrote down.

use std::collections::BTreeMap;

use crate::log::Call;

/// Sums of decimal fractions differ in their last digits.
pub(crate) const ROUNDING: f64 = 1e-6;

/// What the program did.
pub(crate) struct Expected {
    pub(crate) calls: Vec<Call>,
}

/// What tells the series of a function's calls apart: its name, the outcome, and the type of the error or nothing.
pub(crate) type Series = (String, String, String);

/// The calls of one series.
#[derive(Clone, Debug, Default)]
pub(crate) struct Calls {
    pub(crate) count: u64,
    /// Bounds of each duration, in seconds.
    durations: Vec<(f64, f64)>,
}

impl<'a> FromIterator<&'a Call> for Calls {
    fn from_iter<I: IntoIterator<Item = &'a Call>>(calls: I) -> Self {
        let durations: Vec<_> = calls.into_iter().map(|call| (call.at_least, call.at_most)).collect();
        Self { count: durations.len() as u64, durations }
    }
}

impl Expected {
    /// All series.
    pub(crate) fn series(&self) -> BTreeMap<Series, Calls> {
        let mut all: BTreeMap<Series, Calls> = BTreeMap::new();
        for call in &self.calls {
            let error_type = call.error_type.clone().unwrap_or_default();
            let calls = all.entry((call.function.clone(), call.outcome.clone(), error_type)).or_default();
            calls.count += 1;
            calls.durations.push((call.at_least, call.at_most));
        }
        all
    }

    /// How many calls there were of each series.
    pub(crate) fn counts(&self) -> BTreeMap<Series, u64> {
        self.series().into_iter().map(|(series, calls)| (series, calls.count)).collect()
    }

    /// The call with this span.
    #[track_caller]
    pub(crate) fn call(&self, span: &str) -> &Call {
        let found = self.calls.iter().find(|call| call.span == span);
        found.unwrap_or_else(|| panic!("no call has the span {span}: {:?}", self.calls))
    }
}

impl Calls {
    /// Whether all of them together can have taken so long, where that is known up to so many seconds.
    #[track_caller]
    pub(crate) fn check_sum(&self, seconds: f64, error: f64) {
        let least: f64 = self.durations.iter().map(|(least, _)| least).sum();
        let most: f64 = self.durations.iter().map(|(_, most)| most).sum();
        let fits = (least - error..=most + error).contains(&seconds);
        assert!(fits, "{seconds} s in all, instead of {least} to {most}");
    }

    /// Whether each of them can have been one of these, in seconds, where values are known up to a part of themselves.
    #[track_caller]
    pub(crate) fn check_values(&self, mut values: Vec<f64>, error: f64) {
        values.sort_by(f64::total_cmp);
        let sorted = |of: fn(&(f64, f64)) -> f64| {
            let mut bounds: Vec<f64> = self.durations.iter().map(of).collect();
            bounds.sort_by(f64::total_cmp);
            bounds
        };
        let (least, most) = (sorted(|(least, _)| *least), sorted(|(_, most)| *most));
        let fits = |(value, (least, most)): (&f64, (&f64, &f64))| {
            (least * (1.0 - error)..=most * (1.0 + error)).contains(value)
        };
        let all = values.len() == least.len() && values.iter().zip(least.iter().zip(&most)).all(fits);
        assert!(all, "{values:?} s, instead of between {least:?} and {most:?}");
    }

    /// Whether so many of them can have taken at most so long, where values are known up to a part of themselves.
    #[track_caller]
    pub(crate) fn check_bucket(&self, bound: f64, count: u64, error: f64) {
        let within = |bound: f64, of: fn(&(f64, f64)) -> f64| {
            self.durations.iter().filter(|duration| of(duration) <= bound).count() as u64
        };
        let surely = within(bound * (1.0 - error), |(_, most)| *most);
        let perhaps = within(bound * (1.0 + error), |(least, _)| *least);
        assert!(
            (surely..=perhaps).contains(&count),
            "{count} calls within {bound} s, instead of {surely} to {perhaps}"
        );
    }
}

impl Call {
    /// Whether it can have taken so long; what was sent may be rounded to a part of a second.
    #[track_caller]
    pub(crate) fn check_duration(&self, seconds: f64, rounded_to: f64) {
        let bounds = self.at_least - rounded_to..=self.at_most + rounded_to;
        assert!(bounds.contains(&seconds), "{}: {seconds} s instead of {bounds:?}", self.function);
    }
}
