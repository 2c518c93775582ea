//! The metrics of pools, as OpenTelemetry's conventions have them.

use std::time::Duration;

use crate::event::PoolOptions;
use crate::event::Text;
use crate::probe::instrument::Counter;
use crate::probe::instrument::Histogram;
use crate::probe::instrument::UpDownCounter;

const NAME: &str = "db.client.connection.pool.name";
/// The most pools; what is beyond shares one overflow series.
const MAX: u32 = 1_000;
/// The bounds of times, those of `db.client.operation.duration`.
const TIMES: &[f64] = &[0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 10.0];

static COUNT: UpDownCounter = UpDownCounter::new("db.client.connection.count")
    .unit("{connection}")
    .description("How many connections there are.")
    .labels(&[NAME, "db.client.connection.state"], 2 * MAX);
static IDLE_MAX: UpDownCounter = of_pool(
    UpDownCounter::new("db.client.connection.idle.max")
        .unit("{connection}")
        .description("The most connections that may be idle."),
);
static IDLE_MIN: UpDownCounter = of_pool(
    UpDownCounter::new("db.client.connection.idle.min")
        .unit("{connection}")
        .description("The fewest connections that are kept idle."),
);
static MOST: UpDownCounter = of_pool(
    UpDownCounter::new("db.client.connection.max")
        .unit("{connection}")
        .description("The most connections that there may be."),
);
static PENDING: UpDownCounter = of_pool(
    UpDownCounter::new("db.client.connection.pending_requests")
        .unit("{request}")
        .description("How many wait for a connection."),
);
static TIMEOUTS: Counter = Counter::new("db.client.connection.timeouts")
    .unit("{timeout}")
    .description("How often no connection became free in time.")
    .labels(&[NAME], MAX);
static CREATE_TIME: Histogram =
    of_times(Histogram::new("db.client.connection.create_time").description("How long it takes to connect."));
static WAIT_TIME: Histogram = of_times(
    Histogram::new("db.client.connection.wait_time").description("How long it takes to get a connection."),
);
static USE_TIME: Histogram =
    of_times(Histogram::new("db.client.connection.use_time").description("How long connections are in use."));

const fn of_pool(counter: UpDownCounter) -> UpDownCounter {
    counter.labels(&[NAME], MAX)
}

const fn of_times(histogram: Histogram) -> Histogram {
    histogram.unit("s").labels(&[NAME], MAX).buckets(TIMES)
}

/// What a connection is doing.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Use {
    Idle,
    Used,
}

/// The metrics of one pool.
#[derive(Debug)]
pub(super) struct PoolMetrics {
    name: Text,
}

impl PoolMetrics {
    pub(super) fn new(name: Text) -> Self {
        Self { name }
    }

    /// Adds the bounds of the pool, or takes them off again.
    pub(super) fn bounds(&self, options: &PoolOptions, sign: i64) {
        // Zero stands for no bound.
        let most = options.max_size.filter(|most| *most > 0);
        let bounds = [(&MOST, most), (&IDLE_MAX, most), (&IDLE_MIN, options.min_size)];
        for (counter, bound) in bounds {
            if let Some(bound) = bound {
                counter.add_with(sign * i64::from(bound), &[&self.name]);
            }
        }
    }

    pub(super) fn connections(&self, change: i64, state: Use) {
        let state = match state {
            Use::Idle => "idle",
            Use::Used => "used",
        };
        COUNT.add_with(change, &[&self.name, state]);
    }

    pub(super) fn pending(&self, change: i64) {
        PENDING.add_with(change, &[&self.name]);
    }

    pub(super) fn timeout(&self) {
        TIMEOUTS.add_with(1, &[&self.name]);
    }

    pub(super) fn created_in(&self, time: Duration) {
        CREATE_TIME.record_with(time.as_secs_f64(), &[&self.name]);
    }

    pub(super) fn waited(&self, time: Duration) {
        WAIT_TIME.record_with(time.as_secs_f64(), &[&self.name]);
    }

    pub(super) fn used(&self, time: Duration) {
        USE_TIME.record_with(time.as_secs_f64(), &[&self.name]);
    }
}
