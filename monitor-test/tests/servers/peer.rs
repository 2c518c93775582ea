//! What all systems have in common.

use std::process::Stdio;

use monitor_core::Recorder;

use crate::expected::Expected;

/// A system that runs, with the recorder that speaks to it.
pub(crate) trait Peer {
    /// What the recorder is called in configuration.
    fn recorder_name(&self) -> &'static str;

    /// The recorder as a program makes it.
    fn recorder(&self) -> Box<dyn Recorder>;

    /// The same recorder as variables of the environment make it: keys and values.
    fn settings(&self) -> Vec<(&'static str, String)>;

    /// Where the standard error of a program is to go whose recorder is made so, for one that writes there.
    fn standard_error(&self) -> Option<Stdio> {
        None
    }

    /// Reads back what the program did.
    fn check(&self, expected: &Expected);
}
