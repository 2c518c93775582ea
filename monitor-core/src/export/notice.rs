//! What the machinery has to say about itself: seldom, and once.

use std::fmt;
use std::time::Duration;

use crate::export::DropReason;
use crate::model::Escaped;

/// What the machinery has to say about itself. It is said when something begins and when it ends, not again and again.
#[non_exhaustive]
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Notice {
    /// What was to go to a recorder is being lost.
    LossBegan {
        /// The recorder's name.
        recorder: String,
        /// `events`, `metrics` or `spans`.
        signal: &'static str,
        /// Why.
        reason: DropReason,
        /// What the recorder said last.
        error: Option<String>,
    },
    /// Nothing was lost any more for a while, or the monitor ended.
    LossEnded {
        /// The recorder's name.
        recorder: String,
        /// `events`, `metrics` or `spans`.
        signal: &'static str,
        /// How many were lost.
        lost: u64,
        /// For how long.
        lasted: Duration,
    },
    /// A recorder could not [start](crate::Recorder::start), such as one whose port is taken. It is tried again; this is said
    /// once.
    NotStarted {
        /// The recorder's name.
        recorder: String,
        /// What it said.
        error: String,
    },
    /// A recorder has not come back for longer than it has for one batch: what comes for it waits, and is lost when its
    /// queue is full.
    Stuck {
        /// The recorder's name.
        recorder: String,
        /// For how long it has not come back.
        since: Duration,
    },
    /// The other side took everything, but has something to say about it. Said once as long as it is the same.
    Warned {
        /// The recorder's name.
        recorder: String,
        /// `events`, `metrics` or `spans`.
        signal: &'static str,
        /// What the other side said.
        message: String,
    },
}

impl fmt::Display for Notice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Notice::LossBegan { recorder, signal, reason, error } => {
                write!(f, "recorder `{recorder}` loses {signal} ({reason})")?;
                match error {
                    Some(error) => write!(f, ": {}", Escaped(error)),
                    None => Ok(()),
                }
            }
            Notice::LossEnded { recorder, signal, lost, lasted } => {
                let seconds = lasted.as_secs_f64();
                write!(
                    f,
                    "recorder `{recorder}` loses no more {signal}; {lost} were lost within {seconds:.1} s"
                )
            }
            Notice::NotStarted { recorder, error } => {
                write!(f, "recorder `{recorder}` cannot start: {}; it is tried again", Escaped(error))
            }
            Notice::Stuck { recorder, since } => {
                write!(f, "recorder `{recorder}` has not come back for {} s", since.as_secs())
            }
            Notice::Warned { recorder, signal, message } => {
                write!(f, "recorder `{recorder}` was told about its {signal}: {}", Escaped(message))
            }
        }
    }
}
