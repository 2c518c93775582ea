//! What can be said of every metric that is declared by hand: name, unit, meaning, labels.

/// Writes the constructors of a type that holds what has an `InstrumentInfo`.
macro_rules! described {
    ($name:ident of $inner:ident as $kind:ident) => {
        impl $name {
            /// A metric of this name: dotted, lower case, as OpenTelemetry's conventions have it.
            #[must_use]
            pub const fn new(name: &'static str) -> Self {
                Self($inner::new(InstrumentInfo::new(name, MetricKind::$kind)))
            }

            /// Counts in this unit, in UCUM: `s`, `By`, `{request}`.
            #[must_use]
            pub const fn unit(mut self, unit: &'static str) -> Self {
                self.0.info.unit = unit;
                self
            }

            /// Says what it counts.
            #[must_use]
            pub const fn description(mut self, description: &'static str) -> Self {
                self.0.info.description = description;
                self
            }

            /// Has these labels, with at most `max` combinations of values; what is beyond shares one overflow
            /// series. At most 16 labels.
            #[must_use]
            pub const fn labels(mut self, names: &'static [&'static str], max: u32) -> Self {
                self.0.info.labels = names;
                self.0.info.max = max;
                self
            }
        }
    };
}

pub(crate) use described;
