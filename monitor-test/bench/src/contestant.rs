//! One shape for everything that is measured: ours, the rivals, and the bounds they are held against.

/// The histogram bounds every contestant is given that lets its user choose, in seconds.
pub(crate) const BUCKETS: [f64; 10] = [1e-7, 2.5e-7, 5e-7, 1e-6, 2.5e-6, 5e-6, 1e-5, 1e-4, 1e-3, 1e-2];

/// Runs at least that many instrumented calls (spans, where they nest).
pub(crate) type Batch = fn(calls: u64);

/// One way of instrumenting a function, with all that is needed to measure it.
#[derive(Clone, Copy)]
pub(crate) struct Contestant {
    /// What the tables call it; unique within its group.
    pub name: &'static str,
    /// The recorder configuration, that is the process, it runs in.
    pub group: Group,
    /// What its user gets for the price.
    pub gives: &'static str,
    /// Installs what it needs; called once or more, before any case runs.
    pub setup: fn(),
    /// Hands over what it still holds.
    pub flush: fn(),
    /// Where its records end up.
    pub records: Records,
    /// The functions to call.
    pub cases: Cases,
}

/// A recorder configuration. Globals cannot be uninstalled, so each is a process of its own.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Group {
    /// Nothing is installed.
    Off,
    /// Everything that can live side by side.
    On,
    /// `tracing` with its OpenTelemetry layer.
    Otel,
}

impl Group {
    /// Every group, in the order of the tables.
    pub(crate) const ALL: [Self; 3] = [Self::Off, Self::On, Self::Otel];

    /// The group of that name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|group| group.name() == name)
    }

    /// What the tables and the command line call it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Off => "Off",
            Self::On => "On",
            Self::Otel => "Otel",
        }
    }
}

/// Where a contestant's records end up.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Records {
    /// In an exporter that counts them in [`crate::sink`].
    Counted,
    /// In memory, until somebody asks.
    Kept,
}

/// The functions of one contestant; `None` where it has no such thing.
#[derive(Clone, Copy)]
pub(crate) struct Cases {
    /// A plain function.
    pub leaf: Option<Batch>,
    /// A `Result`, one call in sixteen an `Err`.
    pub failing: Option<Batch>,
    /// Ten calls, each inside the one before; counted per span.
    pub nested: Option<Batch>,
    /// An `async fn` that is ready at its first poll.
    pub ready: Option<Batch>,
    /// An `async fn` that yields once, so is polled twice.
    pub yielding: Option<Batch>,
    /// A label from an argument, sixteen string values.
    pub labelled: Option<Batch>,
}

impl Cases {
    /// No case at all, to fill up from.
    pub(crate) const NONE: Self =
        Self { leaf: None, failing: None, nested: None, ready: None, yielding: None, labelled: None };

    /// The batch of one case.
    pub(crate) fn of(&self, case: Case) -> Option<Batch> {
        match case {
            Case::Failing => self.failing,
            Case::Labelled => self.labelled,
            Case::Leaf => self.leaf,
            Case::Nested => self.nested,
            Case::Ready => self.ready,
            Case::Yielding => self.yielding,
        }
    }
}

/// One column of the tables.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Case {
    /// A `Result`.
    Failing,
    /// A label from an argument.
    Labelled,
    /// A plain function.
    Leaf,
    /// Ten deep.
    Nested,
    /// Ready at the first poll.
    Ready,
    /// Polled twice.
    Yielding,
}

impl Case {
    /// Every case, in the order of the columns.
    pub(crate) const ALL: [Self; 6] =
        [Self::Leaf, Self::Failing, Self::Nested, Self::Ready, Self::Yielding, Self::Labelled];

    /// The case of that heading.
    pub(crate) fn headed(heading: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|case| case.heading() == heading)
    }

    /// The column's heading.
    pub(crate) fn heading(self) -> &'static str {
        match self {
            Self::Failing => "Result, 1/16 Err",
            Self::Labelled => "16-value label",
            Self::Leaf => "leaf",
            Self::Nested => "nested, per span",
            Self::Ready => "async ready",
            Self::Yielding => "async 2 polls",
        }
    }
}
