//! Points on their way to Carbon, annotations on theirs to graphite-web.

use std::io;
use std::time::Duration;
use std::time::Instant;

use crate::export::http::Http;
use crate::export::http::HttpHeaders;
use crate::export::http::HttpOptions;
use crate::export::moment::after;
use crate::export::socket::Packer;
use crate::export::socket::Socket;
use crate::export::socket::Transport;
use crate::recorder::RecorderError;
use crate::recorders::graphite::Protocol;
use crate::recorders::graphite::config::Options;
use crate::recorders::graphite::encode::Point;
use crate::recorders::graphite::encode::pickles;
use crate::recorders::graphite::encode::plaintext;

/// The longest line that Carbon reads, in bytes: `MAX_LENGTH` of Twisted's receiver of lines. It hangs up at a longer
/// one.
const LINE: usize = 16_384;

/// Points on their way to Carbon, annotations on theirs to graphite-web.
#[derive(Debug, Default)]
pub(crate) struct Outbox {
    socket: Option<Socket>,
    http: Option<Http>,
    /// The annotations that failed last, and how many of them had been taken.
    under_way: Option<(Vec<Vec<u8>>, usize)>,
}

impl Outbox {
    /// Sends all points. Those that are sent a second time take the places of the first.
    pub(crate) fn ship(
        &mut self,
        options: &Options,
        points: &[Point],
        seconds: u64,
    ) -> Result<(), RecorderError> {
        let socket = self
            .socket
            .get_or_insert_with(|| Socket::new(&options.address, Transport::Tcp, options.protocol.port()));
        let deadline = after(options.timeout);
        let left_out = match options.protocol {
            Protocol::Pickle if socket.transport().is_datagram() => {
                let problem = format!("{}: pickles need a stream; use `tcp://`", socket.address());
                return Err(RecorderError::new(problem));
            }
            Protocol::Pickle => {
                let (messages, left_out) = pickles(points, seconds);
                messages.iter().try_for_each(|message| socket.send(message, deadline))?;
                left_out
            }
            Protocol::Plaintext if socket.transport().is_datagram() => {
                let mut packer = Packer::new(options.datagram);
                plaintext(points, seconds, &mut packer);
                packer.refused() + datagrams(socket, &packer, deadline)?
            }
            Protocol::Plaintext => {
                let mut packer = Packer::new(LINE);
                plaintext(points, seconds, &mut packer);
                if !packer.bytes().is_empty() {
                    socket.send(packer.bytes(), deadline)?;
                }
                packer.refused()
            }
        };
        match left_out {
            0 => Ok(()),
            lines => Err(RecorderError::rejected(0, format!("{lines} points are too long to be sent"))),
        }
    }

    /// Tells graphite-web all of these, one request each; of those that failed the last time, only what it had not
    /// taken yet.
    pub(crate) fn annotate(&mut self, options: &Options, bodies: Vec<Vec<u8>>) -> Result<(), RecorderError> {
        let Some(url) = &options.events_url else { return Ok(()) };
        let http = self.http.get_or_insert_with(|| {
            Http::new(HttpOptions { timeout: options.timeout, ..HttpOptions::default() })
        });
        let deadline = after(options.timeout);
        let taken_before = match self.under_way.take() {
            Some((before, taken)) if before == bodies => taken,
            _ => 0,
        };
        let (mut refused, mut why) = (0, None);
        for (taken, body) in bodies.iter().enumerate().skip(taken_before) {
            let told = if deadline.saturating_duration_since(Instant::now()) == Duration::ZERO {
                Err(RecorderError::retryable(format!("{url} did not take all events in time")))
            } else {
                let answer = http.post(url, &HttpHeaders::default(), "application/json", body);
                answer.and_then(|answer| answer.success())
            };
            match told {
                Ok(_) => {}
                Err(error) if error.is_retryable() => {
                    self.under_way = Some((bodies, taken));
                    return Err(error);
                }
                Err(error) => (refused, why) = (refused + 1, Some(error)),
            }
        }
        match why {
            None => Ok(()),
            Some(error) => Err(RecorderError::rejected(refused, error.to_string())),
        }
    }
}

/// Sends all datagrams; how many were too long for the way. Nobody waits for somebody who does not listen over UDP.
fn datagrams(socket: &mut Socket, packer: &Packer, deadline: Instant) -> Result<u64, RecorderError> {
    let failed = |error: io::Error| match error.kind() {
        io::ErrorKind::ConnectionRefused => RecorderError::new(error.to_string()),
        _ => error.into(),
    };
    let mut too_long = 0;
    for datagram in packer.datagrams() {
        match socket.send(datagram, deadline) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::InvalidInput => too_long += 1,
            Err(error) => return Err(failed(error)),
        }
    }
    socket.confirm().map_err(failed)?;
    Ok(too_long)
}
