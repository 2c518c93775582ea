//! The choice, once a trace.

use std::collections::HashMap;
use std::collections::VecDeque;

use crate::model::TraceId;
use crate::model::since_1970;
use crate::recorders::memory::FinishedSpan;
use crate::recorders::xray::sampling::SamplingRules;
use crate::recorders::xray::sampling::rules::Share;
use crate::recorders::xray::sampling::rules::fits;
use crate::recorders::xray::waiting::Piece;
use crate::recorders::xray::waiting::Role;

/// How many traces are remembered.
const REMEMBERED: usize = 16_384;

/// A span that began so many seconds before another one counts for a second that has passed.
const LATE: u64 = 60;

/// Chooses traces, each once.
#[derive(Debug, Default)]
pub(crate) struct Sampler {
    /// None where all are told.
    rules: Option<SamplingRules>,
    /// One a rule, and one for the rest.
    reservoirs: Vec<Reservoir>,
    decided: HashMap<TraceId, bool>,
    order: VecDeque<TraceId>,
}

/// How many traces were told in a second.
#[derive(Clone, Copy, Debug, Default)]
struct Reservoir {
    second: u64,
    told: u64,
}

impl Reservoir {
    fn has_room(&mut self, second: u64, target: u64) -> bool {
        // Spans come a little late; where they come from long ago, the clock was set back.
        if second > self.second || self.second - second > LATE {
            *self = Self { second, told: 0 };
        }
        let room = self.told < target;
        self.told += u64::from(room);
        room
    }
}

impl Sampler {
    pub(crate) fn new(rules: SamplingRules) -> Self {
        let reservoirs = vec![Reservoir::default(); rules.rules.len() + 1];
        Self { rules: Some(rules), reservoirs, ..Self::default() }
    }

    /// Whether a piece of a trace is told: as other pieces of the trace were; else as another process has decided that has
    /// sent the trace here, if that is known, and what a process sends without a word it tells itself; otherwise by the
    /// rules.
    pub(crate) fn is_told(&mut self, piece: &Piece, elsewhere: Option<bool>) -> bool {
        let Some((held, _)) = piece.spans.first() else { return false };
        let span = &held.span;
        if let Some(decided) = self.decided.get(&span.trace_id) {
            return *decided;
        }
        let by_others = piece.role == Role::Segment && span.parent.is_some();
        let told = elsewhere.unwrap_or_else(|| by_others || self.decide(span));
        self.decided.insert(span.trace_id, told);
        self.order.push_back(span.trace_id);
        if self.order.len() > REMEMBERED
            && let Some(oldest) = self.order.pop_front()
        {
            self.decided.remove(&oldest);
        }
        told
    }

    fn decide(&mut self, span: &FinishedSpan) -> bool {
        let Some(given) = &self.rules else { return true };
        let text = |name: &str| span.field(name).map(ToString::to_string);
        let (host, method, path) = (text("server.address"), text("http.request.method"), text("url.path"));
        let fits =
            |pattern: &str, text: &Option<String>| text.as_ref().is_none_or(|text| fits(pattern, text));
        let rules = given.rules.iter();
        let found = rules.enumerate().find(|(_, rule)| {
            fits(&rule.host, &host) && fits(&rule.http_method, &method) && fits(&rule.url_path, &path)
        });
        let (place, Share { fixed_target, rate }) = match found {
            Some((place, rule)) => (place, rule.share()),
            None => (given.rules.len(), given.default),
        };
        let second = since_1970(span.start).as_secs();
        // The lower part of a trace's identifier is random, and the same in every process that has a part of it.
        let chance = (span.trace_id.as_u128() as u64) as f64 / u64::MAX as f64;
        self.reservoirs[place].has_room(second, fixed_target) || chance < rate
    }
}
