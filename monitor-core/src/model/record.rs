//! One fact as it lies in a thread's buffer: eight words, one cache line.

use std::array;
use std::sync::atomic::Ordering;

use crate::model::Outcome;
use crate::model::SpanContext;
use crate::model::SpanId;
use crate::model::TraceId;
use crate::model::sync::PlainU64;

/// How many words a record has.
pub(crate) const WORDS: usize = 8;
/// How many bytes of fields one payload record carries.
pub(crate) const PAYLOAD: usize = (WORDS - 1) * 8;

/// What a record is and what it is about, in one word.
///
/// | bits | meaning |
/// |---|---|
/// | 0–22 | source: callsite or instrument |
/// | 23 | a mark of the caller's thread; in a record without meaning by itself |
/// | 24–39 | slot: which combination of label values |
/// | 40–55 | error type, zero where there is none |
/// | 56–57 | outcome |
/// | 58–62 | flags |
/// | 63 | a mark like bit 23; no call has both while it runs, and a record with both is [`REMOTE`](Self::REMOTE) |
///
/// In a record of an event, which has no flag of its own, source and slot are its family and its place among the
/// family's events.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) struct Head(u64);

impl Head {
    /// A finished call that is exported as a span.
    pub(crate) const SPAN: u64 = 1 << 58;
    /// A finished call that is counted.
    pub(crate) const METRICS: u64 = 1 << 59;
    /// One value of an instrument used by hand.
    pub(crate) const TICK: u64 = 1 << 60;
    /// A part of the fields of the record of a span or event that follows.
    pub(crate) const PAYLOAD: u64 = 1 << 61;
    /// The span has links or fields in the payload records before it.
    pub(crate) const FIELDS: u64 = 1 << 62;
    /// The parent of the span is in another process.
    pub(crate) const REMOTE: u64 = 1 << 63 | Self::MAX_SOURCES as u64;
    /// Any of these, and it is no event.
    const NO_EVENT: u64 = Self::SPAN | Self::METRICS | Self::TICK | Self::PAYLOAD;

    /// The most sources that can be told apart.
    pub(crate) const MAX_SOURCES: u32 = 1 << 23;

    #[inline]
    pub(crate) const fn call(source: u32, slot: u16, error: u16, outcome: Outcome, flags: u64) -> Self {
        Self(
            source as u64
                | (slot as u64) << 24
                | (error as u64) << 40
                | (outcome.index() as u64) << 56
                | flags,
        )
    }

    /// Event number `index` of a family. All flags have a meaning already, so an event is what has fields and is
    /// nothing else; where there are none, no payload records come before it.
    pub(crate) const fn event(family: u32, index: u16) -> Self {
        Self::call(family, index, 0, Outcome::Ok, Self::FIELDS)
    }

    /// Only the bits that tell how a call ended.
    #[inline(always)]
    pub(crate) const fn ending_of(outcome: Outcome, error: u16) -> Self {
        Self((error as u64) << 40 | (outcome.index() as u64) << 56)
    }

    #[inline]
    pub(crate) const fn from_word(word: u64) -> Self {
        Self(word)
    }

    #[inline]
    pub(crate) const fn word(self) -> u64 {
        self.0
    }

    #[inline]
    pub(crate) const fn source(self) -> u32 {
        self.0 as u32 & (Self::MAX_SOURCES - 1)
    }

    #[inline]
    pub(crate) const fn slot(self) -> u16 {
        (self.0 >> 24) as u16
    }

    #[inline]
    pub(crate) const fn error(self) -> u16 {
        (self.0 >> 40) as u16
    }

    #[inline]
    pub(crate) const fn outcome(self) -> Outcome {
        Outcome::ALL[(self.0 >> 56) as usize & 3]
    }

    /// Outcome and error type together: what tells one series of a slot from another.
    #[inline]
    pub(crate) const fn ending(self) -> u32 {
        (self.0 >> 40) as u32 & 0x3_ffff
    }

    /// Whether any of these flags is set.
    #[inline]
    pub(crate) const fn has(self, any: u64) -> bool {
        self.0 & any != 0
    }

    /// Whether this is a span whose parent is in another process.
    #[inline]
    pub(crate) const fn has_remote_parent(self) -> bool {
        self.0 & Self::REMOTE == Self::REMOTE
    }

    /// Whether this is an event.
    #[inline]
    pub(crate) const fn is_event(self) -> bool {
        self.0 & (Self::NO_EVENT | Self::FIELDS) == Self::FIELDS
    }
}

/// A record as it lies in a buffer: one thread writes it, others read it once it is published.
#[derive(Debug)]
#[repr(align(64))]
pub(crate) struct Slot([PlainU64; WORDS]);

impl Slot {
    pub(crate) fn new() -> Self {
        Self(array::from_fn(|_| PlainU64::new(0)))
    }

    /// Writes all words.
    #[inline(always)]
    pub(crate) fn write(&self, words: [u64; WORDS]) {
        for (word, value) in self.0.iter().zip(words) {
            word.store(value, Ordering::Relaxed);
        }
    }

    #[inline(always)]
    pub(crate) fn set_times(&self, start: u64, end: u64) {
        self.set(0, start);
        self.set(1, end);
    }

    /// Like trace and parent only in a record of a span: in others the word keeps what was there.
    #[inline(always)]
    pub(crate) fn set_span(&self, span: u64) {
        self.set(2, span);
    }

    #[inline(always)]
    pub(crate) fn set_parent(&self, parent: u64) {
        self.set(3, parent);
    }

    #[inline(always)]
    pub(crate) fn set_trace_high(&self, high: u64) {
        self.set(4, high);
    }

    #[inline(always)]
    pub(crate) fn set_trace_low(&self, low: u64) {
        self.set(5, low);
    }

    #[inline(always)]
    pub(crate) fn set_children(&self, ticks: u64) {
        self.set(6, ticks);
    }

    #[inline(always)]
    pub(crate) fn set_head(&self, head: u64) {
        self.set(7, head);
    }

    #[inline(always)]
    fn set(&self, word: usize, value: u64) {
        self.0[word].store(value, Ordering::Relaxed);
    }

    /// The whole record.
    #[inline]
    pub(crate) fn read(&self) -> Record {
        Record { words: array::from_fn(|word| self.word(word)) }
    }

    #[inline(always)]
    pub(crate) fn head(&self) -> Head {
        Head(self.word(7))
    }

    /// How long the call took, in ticks; negative if the clock went back.
    #[inline(always)]
    pub(crate) fn ticks(&self) -> i64 {
        self.word(1).wrapping_sub(self.word(0)) as i64
    }

    /// How long its instrumented children took, in ticks.
    #[inline(always)]
    pub(crate) fn child_ticks(&self) -> u64 {
        self.word(6)
    }

    #[inline(always)]
    fn word(&self, word: usize) -> u64 {
        self.0[word].load(Ordering::Relaxed)
    }
}

/// A record, read out of a buffer.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Record {
    pub(crate) words: [u64; WORDS],
}

impl Record {
    #[inline]
    pub(crate) fn head(&self) -> Head {
        Head::from_word(self.words[7])
    }

    /// When the call began or the event happened, in ticks.
    #[inline]
    pub(crate) fn start(&self) -> u64 {
        self.words[0]
    }

    /// How long the call took, in ticks; never negative.
    #[inline]
    pub(crate) fn ticks(&self) -> u64 {
        self.words[1].saturating_sub(self.words[0])
    }

    /// How long its instrumented children took, in ticks.
    #[inline]
    pub(crate) fn child_ticks(&self) -> u64 {
        self.words[6]
    }

    pub(crate) fn context(&self) -> SpanContext {
        SpanContext::new(TraceId::from_seeds(self.words[4], self.words[5]), SpanId::new(self.words[2]))
    }

    pub(crate) fn parent(&self) -> Option<SpanId> {
        Some(SpanId::new(self.words[3])).filter(|parent| parent.is_valid())
    }

    /// How much an event matters, as OpenTelemetry numbers it.
    pub(crate) fn severity(&self) -> u64 {
        self.words[1]
    }

    /// The value of a tick, as bits.
    pub(crate) fn value(&self) -> u64 {
        self.words[0]
    }

    /// The part of the fields that a payload record carries.
    pub(crate) fn payload(&self) -> impl Iterator<Item = u8> + '_ {
        let length = usize::from(self.head().slot()).min(PAYLOAD);
        self.words[..WORDS - 1].iter().flat_map(|word| word.to_le_bytes()).take(length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_gives_back_what_was_put_in() {
        let head = Head::call(Head::MAX_SOURCES - 1, u16::MAX - 1, 77, Outcome::Panic, Head::SPAN);
        assert_eq!(
            (head.source(), head.slot(), head.error(), head.outcome()),
            (Head::MAX_SOURCES - 1, u16::MAX - 1, 77, Outcome::Panic)
        );
        assert!(head.has(Head::SPAN) && !head.has(Head::METRICS));
        for mark in [0, 1 << 63, 1 << 23, Head::REMOTE] {
            let marked = Head::from_word(head.word() | mark);
            assert_eq!((marked.source(), marked.outcome()), (head.source(), head.outcome()));
            assert_eq!(marked.has_remote_parent(), mark == Head::REMOTE);
        }
    }

    #[test]
    fn an_event_is_nothing_else_and_nothing_else_is_an_event() {
        let event = Head::event(Head::MAX_SOURCES - 1, u16::MAX);
        assert!(event.is_event() && !event.has(Head::NO_EVENT));
        assert_eq!((event.source(), event.slot()), (Head::MAX_SOURCES - 1, u16::MAX));
        for flags in (0..1 << 5).map(|flags| flags << 58) {
            let head = Head::call(7, 8, 9, Outcome::Panic, flags);
            assert_eq!(head.is_event(), flags == Head::FIELDS, "{flags:b}");
        }
    }

    #[test]
    fn f53_a_call_that_ends_before_it_began_took_no_time() {
        let record = Record { words: [10, 9, 0, 0, 0, 0, 0, 0] };
        assert_eq!(record.ticks(), 0);
    }
}
