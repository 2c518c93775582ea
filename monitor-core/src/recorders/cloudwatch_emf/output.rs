//! Where lines go.

use std::time::Instant;

use crate::export::file::RecordFile;
use crate::export::socket::Socket;
use crate::export::stream::Stream;
use crate::recorder::RecorderError;

/// The most bytes of one event of CloudWatch Logs, with what it adds to each.
///
/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html>
const EVENT: usize = 256 * 1_024 - 26;
/// The most bytes of a datagram that every system sends to itself.
const DATAGRAM: usize = 64_000;

/// Where lines go.
#[derive(Debug)]
pub(crate) enum Output {
    File(RecordFile),
    Socket(Socket),
    Stream(Stream),
}

impl Output {
    /// How long a line may be.
    pub(crate) fn limit(&self) -> usize {
        match self {
            Output::Socket(socket) if socket.transport().is_datagram() => DATAGRAM,
            _ => EVENT,
        }
    }

    /// Finds out whether lines can be written, where that is known before.
    pub(crate) fn open(&mut self) -> Result<(), RecorderError> {
        match self {
            Output::File(file) => file.open(),
            Output::Socket(_) | Output::Stream(_) => Ok(()),
        }
    }

    /// Writes whole lines, each with its line feed. Gives how many of them are settled: written, or lost for good.
    pub(crate) fn write(
        &mut self,
        lines: &[Vec<u8>],
        deadline: Instant,
    ) -> (usize, Result<(), RecorderError>) {
        let all = |written: Result<(), RecorderError>| {
            let again = written.as_ref().is_err_and(RecorderError::is_retryable);
            (if again { 0 } else { lines.len() }, written)
        };
        match self {
            Output::File(file) => all(file.write(&lines.concat())),
            Output::Stream(stream) => all(stream.write(&lines.concat())),
            Output::Socket(socket) => {
                for (settled, line) in lines.iter().enumerate() {
                    if let Err(error) = socket.send(line, deadline) {
                        let problem = format!("the CloudWatch agent at {}: {error}", socket.address());
                        return (settled, Err(RecorderError::retryable(problem)));
                    }
                }
                (lines.len(), Ok(()))
            }
        }
    }
}
