//! What is to be sent, and the sending.

use std::collections::VecDeque;
use std::time::Duration;
use std::time::Instant;
use std::time::SystemTime;

use crate::export::http::Answer;
use crate::export::http::Http;
use crate::export::http::HttpHeaders;
use crate::export::http::HttpOptions;
use crate::export::moment::after;
use crate::model::SpanContext;
use crate::recorder::RecorderError;
use crate::recorders::sentry::config::Options;
use crate::recorders::sentry::envelope::Envelope;
use crate::recorders::sentry::envelope::report_alone;
use crate::recorders::sentry::limits::Limits;
use crate::recorders::sentry::losses::Losses;
use crate::recorders::sentry::losses::Reason;
use crate::recorders::sentry::pile::Load;
use crate::recorders::sentry::pile::MOST;

const CONTENT_TYPE: &str = "application/x-sentry-envelope";
/// The header that says what the server wants to hear nothing of.
const LIMITS: &str = "x-sentry-rate-limits";
/// A batch may take so many times the limit of a request: each event is a request of its own.
pub(crate) const AT_ONCE: u32 = 3;
/// Losses are told at most so often.
const REPORTS: Duration = Duration::from_secs(30);

/// Tells one batch from the next: when it comes again, some of it may have been sent already.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Mark {
    pub(crate) len: usize,
    pub(crate) first: SpanContext,
    pub(crate) last: SpanContext,
    pub(crate) time: Option<SystemTime>,
}

/// What is to be sent, and the sending.
pub(crate) struct Outbox {
    http: Http,
    headers: HttpHeaders,
    limits: Limits,
    pub(crate) losses: Losses,
    reported: Option<Instant>,
    unsent: VecDeque<Envelope>,
    /// The batch that what is unsent is of.
    mark: Option<Mark>,
    /// How much of that batch was refused, and what the server said.
    refused: (u64, Option<String>),
    /// How many of its envelopes were taken.
    sent: u64,
}

impl Outbox {
    pub(crate) fn new(options: &Options) -> Self {
        let http = HttpOptions { timeout: options.timeout, ..options.http.clone() };
        let client = concat!(env!("CARGO_PKG_NAME"), "/", env!("CARGO_PKG_VERSION"));
        // A key has letters, digits and `-` alone, which a header may have.
        let headers = HttpHeaders::default().with("x-sentry-auth", &options.dsn.authorization(client));
        Self {
            http: Http::new(http),
            headers: headers.unwrap_or_default(),
            limits: Limits::default(),
            losses: Losses::default(),
            reported: None,
            unsent: VecDeque::new(),
            mark: None,
            refused: (0, None),
            sent: 0,
        }
    }

    /// Whether this batch comes again, and what is left of it is here.
    pub(crate) fn resumes(&self, mark: Mark) -> bool {
        self.mark == Some(mark)
    }

    /// Takes what is to be sent of a batch. What is left of another one was given up.
    pub(crate) fn put(&mut self, mark: Option<Mark>, load: Load) {
        self.give_up();
        self.mark = mark;
        self.unsent.extend(load.envelopes);
        if load.lost > 0 {
            let why = format!("{} have no room: a batch becomes at most {} MiB", load.lost, MOST >> 20);
            self.refused = (load.lost, Some(why));
        }
    }

    fn give_up(&mut self) {
        for envelope in std::mem::take(&mut self.unsent) {
            self.lose(Reason::NetworkError, &envelope);
        }
        (self.mark, self.refused, self.sent) = (None, (0, None), 0);
    }

    /// Sends what there is, within the time limit.
    ///
    /// # Errors
    ///
    /// There was no answer, or no more time: what is left is kept until the batch comes again. Or the server refused
    /// something, or wants to hear nothing of it.
    pub(crate) fn ship(&mut self, options: &Options, len: usize) -> Result<(), RecorderError> {
        let deadline = after(options.timeout.saturating_mul(AT_ONCE));
        while let Some(envelope) = self.unsent.pop_front() {
            if let Err(error) = self.send(options, &envelope, deadline) {
                self.unsent.push_front(envelope);
                return Err(error);
            }
        }
        let ((refused, message), sent) = (std::mem::take(&mut self.refused), std::mem::take(&mut self.sent));
        self.mark = None;
        match message {
            None => Ok(()),
            Some(message) if sent > 0 || refused < len as u64 => {
                Err(RecorderError::rejected(refused, message))
            }
            Some(message) => Err(RecorderError::new(message)),
        }
    }

    /// Sends what there is, and what was lost; nothing is kept.
    ///
    /// # Errors
    ///
    /// There was no answer, or the server refused something.
    pub(crate) fn ship_all(&mut self, options: &Options) -> Result<(), RecorderError> {
        let result = self.ship(options, usize::MAX);
        if result.is_err() {
            self.give_up();
        }
        let deadline = after(options.timeout);
        if !self.losses.is_empty() && self.limits.wait_for_all(Instant::now()).is_none() && result.is_ok() {
            let report = self.losses.report(SystemTime::now());
            let answer = self.post(options, &report_alone(&report, SystemTime::now()), deadline)?;
            if answer.is_success() {
                self.losses = Losses::default();
                self.reported = Some(Instant::now());
            }
        }
        result
    }

    /// Sends one envelope, unless the server wants to hear nothing of it.
    fn send(
        &mut self,
        options: &Options,
        envelope: &Envelope,
        deadline: Instant,
    ) -> Result<(), RecorderError> {
        let now = Instant::now();
        if let Some(wait) = self.limits.wait(envelope.kind.category(), now) {
            self.lose(Reason::RatelimitBackoff, envelope);
            let (url, what) = (options.dsn.url(), envelope.kind.category().as_str());
            self.refuse(envelope, format!("{url} takes nothing of `{what}` for {} s", wait.as_secs() + 1));
            return Ok(());
        }
        let due = self.reported.is_none_or(|reported| now - reported >= REPORTS);
        let losses = if due { std::mem::take(&mut self.losses) } else { Losses::default() };
        let report = (!losses.is_empty()).then(|| losses.report(SystemTime::now()));
        let bytes = envelope.encode(report.as_ref(), SystemTime::now());
        let answer = match self.post(options, &bytes, deadline) {
            Ok(answer) => answer,
            Err(error) => {
                self.losses.add(losses);
                if error.is_retryable() {
                    return Err(error);
                }
                self.lose(Reason::NetworkError, envelope);
                self.refuse(envelope, error.to_string());
                return Ok(());
            }
        };
        let status = answer.status.as_u16();
        match answer.success() {
            Ok(_) => {
                self.sent += 1;
                if report.is_some() {
                    self.reported = Some(now);
                }
            }
            Err(error) => {
                self.losses.add(losses);
                if error.is_retryable() && status != 429 {
                    return Err(error);
                }
                self.refused_by_server(envelope, status, error.to_string());
            }
        }
        Ok(())
    }

    fn post(&mut self, options: &Options, bytes: &[u8], deadline: Instant) -> Result<Answer, RecorderError> {
        let left = deadline.saturating_duration_since(Instant::now()).min(options.timeout);
        if left.is_zero() {
            let (url, limit) = (options.dsn.url(), options.timeout.saturating_mul(AT_ONCE));
            return Err(RecorderError::retryable(format!("{url}: not all was sent within {limit:?}")));
        }
        // Whole milliseconds, which are easier to read where they are told.
        let left = Duration::from_millis(left.as_nanos().div_ceil(1_000_000) as u64);
        let answer = self.http.post_within(left, options.dsn.url(), &self.headers, CONTENT_TYPE, bytes)?;
        let is_refusal = answer.status.as_u16() == 429;
        self.limits.heed(is_refusal, answer.header(LIMITS), answer.retry_after, Instant::now());
        Ok(answer)
    }

    fn refused_by_server(&mut self, envelope: &Envelope, status: u16, message: String) {
        // The server itself counts what it refuses by a limit.
        if status != 429 {
            self.lose(Reason::SendError, envelope);
        }
        self.refuse(envelope, message);
        // The key or the project is wrong, which it is for all the rest.
        if matches!(status, 401 | 403 | 404) {
            for envelope in std::mem::take(&mut self.unsent) {
                self.lose(Reason::SendError, &envelope);
                self.refused.0 += envelope.share;
            }
        }
    }

    fn lose(&mut self, reason: Reason, envelope: &Envelope) {
        for (category, quantity) in envelope.quantities() {
            self.losses.count(reason, category, quantity);
        }
    }

    fn refuse(&mut self, envelope: &Envelope, message: String) {
        self.refused.0 += envelope.share;
        self.refused.1.get_or_insert(message);
    }
}
