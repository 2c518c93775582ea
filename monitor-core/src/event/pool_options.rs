//! What a connection pool was told to do.

use std::time::Duration;

use crate::event::port::Add;
use crate::event::port::put;

/// The options of a pool that are not as by default; the others are absent.
///
/// ```
/// use monitor_core::event::PoolOptions;
///
/// let options = PoolOptions { max_size: Some(10), ..PoolOptions::default() };
/// assert_eq!((options.max_size, options.min_size), (Some(10), None));
/// ```
///
/// Fill up with `default()`, since more options may come.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct PoolOptions {
    /// The most connections that are being set up at a time.
    pub max_connecting: Option<u32>,
    /// How long a connection may be there unused.
    pub max_idle: Option<Duration>,
    /// The most connections; zero for no limit.
    pub max_size: Option<u32>,
    /// The fewest connections.
    pub min_size: Option<u32>,
    /// The most that may wait for a connection, as a multiple of the most connections.
    pub wait_queue_multiple: Option<u32>,
    /// The most that may wait for a connection.
    pub wait_queue_size: Option<u32>,
    /// How long one may wait for a connection; zero for no limit.
    pub wait_queue_timeout: Option<Duration>,
}

impl PoolOptions {
    pub(crate) fn fields(&self, add: Add<'_>) {
        let seconds = |duration: Option<Duration>| duration.map(|duration| duration.as_secs_f64());
        put(add, "max_connecting", &self.max_connecting);
        put(add, "max_idle", &seconds(self.max_idle));
        put(add, "max_size", &self.max_size);
        put(add, "min_size", &self.min_size);
        put(add, "wait_queue_multiple", &self.wait_queue_multiple);
        put(add, "wait_queue_size", &self.wait_queue_size);
        put(add, "wait_queue_timeout", &seconds(self.wait_queue_timeout));
    }
}
