//! Listeners that write what they hear: a line for each event, in the words of PyMongo's loggers.
//!
//! ```
//! use monitor_core::Monitor;
//! use monitor_core::listener::log::{CommandLog, EventLog};
//!
//! // All that happens, to stderr.
//! let monitor = Monitor::builder().listener(EventLog::default()).build();
//!
//! // Commands alone, to wherever the program's own lines go.
//! let log = CommandLog::to(|severity, line| println!("{severity}: {line}"));
//! let monitor = Monitor::builder().listener(log).build();
//! ```
//!
//! Control characters are escaped, so that nothing that a server says can forge a line.
//!
//! | listener | writes |
//! |---|---|
//! | [`CommandLog`] | commands: started, succeeded, failed |
//! | [`PoolLog`] | connection pools and their connections |
//! | [`ServerLog`] | servers that come, go and change their kind |
//! | [`TopologyLog`] | how servers belong together, and warnings when none can be written to or read from |
//! | [`HeartbeatLog`] | heartbeats, and warnings when they fail |
//! | [`FailoverLog`] | failover |
//! | [`EventLog`] | all of these |
//! | `TracingLog` | all of these as `tracing` events with structured fields; with the feature `tracing` |

mod lines;
mod output;
#[cfg(feature = "tracing")]
mod tracing;

#[cfg(feature = "tracing")]
pub use self::tracing::TracingLog;
pub use lines::{CommandLog, EventLog, FailoverLog, HeartbeatLog, PoolLog, ServerLog, TopologyLog};
