//! Parts of what was collected, in a row: a batch is made of them without copying a record.

use std::collections::HashMap;
use std::collections::VecDeque;
use std::ops::Range;
use std::sync::Arc;
use std::sync::LazyLock;

use crate::model::Record;
use crate::model::Resource;
use crate::model::TraceId;
use crate::recorder::Records;

/// What produced nothing.
static NOBODY: LazyLock<Resource> = LazyLock::new(Resource::default);

/// Parts of what was collected, in a row.
#[derive(Clone, Default)]
pub(crate) struct Pieces {
    pieces: VecDeque<Piece>,
    len: usize,
}

/// A part of what was collected at once.
#[derive(Clone)]
struct Piece {
    records: Arc<Records>,
    range: Range<usize>,
}

impl From<Records> for Pieces {
    fn from(records: Records) -> Self {
        let len = records.len();
        let range = 0..len;
        let pieces = (len > 0).then(|| Piece { records: Arc::new(records), range }).into_iter().collect();
        Self { pieces, len }
    }
}

impl Piece {
    /// How many records without fields take as much memory, if the fields of all are alike.
    fn weight(&self) -> usize {
        (self.records.weight() * self.range.len()).div_ceil(self.records.len().max(1))
    }
}

impl Pieces {
    /// Adds all of `more` at the end.
    pub(crate) fn append(&mut self, more: Pieces) {
        self.len += more.len;
        self.pieces.extend(more.pieces);
    }

    /// Takes out the first so many, or all if there are fewer.
    pub(crate) fn take_front(&mut self, count: usize) -> Pieces {
        let mut taken = Pieces::default();
        while taken.len < count {
            let Some(first) = self.pieces.front_mut() else { break };
            let wanted = count - taken.len;
            let piece = if first.range.len() > wanted {
                let middle = first.range.start + wanted;
                let front = Piece { records: Arc::clone(&first.records), range: first.range.start..middle };
                first.range.start = middle;
                Some(front)
            } else {
                self.pieces.pop_front()
            };
            let Some(piece) = piece else { break };
            taken.len += piece.range.len();
            self.len -= piece.range.len();
            taken.pieces.push_back(piece);
        }
        taken
    }

    /// Those for which `keep` says so, in their order. No record is copied.
    pub(crate) fn retained(&self, mut keep: impl FnMut(&Records, &Record, &[u8]) -> bool) -> Pieces {
        let mut kept = Pieces::default();
        for piece in &self.pieces {
            let of = &*piece.records;
            let mut run: Option<Range<usize>> = None;
            for (place, (record, bytes)) in piece.range.clone().zip(of.iter(piece.range.clone())) {
                if keep(of, record, bytes) {
                    run = Some(run.map_or(place, |run| run.start)..place + 1);
                } else {
                    kept.push(&piece.records, run.take());
                }
            }
            kept.push(&piece.records, run);
        }
        kept
    }

    /// Those of each trace, the traces in the order in which they come. No record is copied.
    pub(crate) fn by_trace(&self) -> Vec<(TraceId, Pieces)> {
        let mut places: HashMap<TraceId, usize> = HashMap::new();
        let mut traces: Vec<(TraceId, Pieces)> = Vec::new();
        for piece in &self.pieces {
            for (place, (record, _)) in piece.range.clone().zip(piece.records.iter(piece.range.clone())) {
                let trace = record.context().trace_id();
                let at = *places.entry(trace).or_insert_with(|| {
                    traces.push((trace, Pieces::default()));
                    traces.len() - 1
                });
                traces[at].1.push(&piece.records, Some(place..place + 1));
            }
        }
        traces
    }

    /// Copies of the same records: a piece keeps all that was collected along with it, these keep only themselves.
    pub(crate) fn detached(&self) -> Pieces {
        let mut detached = Pieces::default();
        let pieces: Vec<_> = self.pieces.iter().collect();
        for alike in pieces.chunk_by(|one, next| Arc::ptr_eq(&one.records, &next.records)) {
            let of = &alike[0].records;
            let mut copy = of.empty_for(alike.iter().map(|piece| piece.range.len()).sum());
            for piece in alike {
                of.iter(piece.range.clone()).for_each(|(record, bytes)| copy.push_copy(record, bytes));
            }
            detached.append(copy.into());
        }
        detached
    }

    /// The same records with other fields: `edit` gives those of one, or nothing where they stay as they are.
    pub(crate) fn edited(&self, mut edit: impl FnMut(&Records, &Record, &[u8]) -> Option<Vec<u8>>) -> Pieces {
        let mut edited = Pieces::default();
        for piece in &self.pieces {
            let of = &*piece.records;
            let mut copy = of.empty();
            for (record, bytes) in of.iter(piece.range.clone()) {
                let fields = edit(of, record, bytes);
                copy.push_copy(record, fields.as_deref().unwrap_or(bytes));
            }
            edited.append(copy.into());
        }
        edited
    }

    /// Whether these are the same parts of the same records, not only equal ones.
    pub(crate) fn is_same(&self, other: &Pieces) -> bool {
        let same = |(one, other): (&Piece, &Piece)| {
            Arc::ptr_eq(&one.records, &other.records) && one.range == other.range
        };
        self.pieces.len() == other.pieces.len() && self.pieces.iter().zip(&other.pieces).all(same)
    }

    /// What the parts are of.
    #[cfg(test)]
    pub(crate) fn records(&self) -> impl Iterator<Item = &Arc<Records>> {
        self.pieces.iter().map(|piece| &piece.records)
    }

    fn push(&mut self, records: &Arc<Records>, run: Option<Range<usize>>) {
        let Some(range) = run else { return };
        self.len += range.len();
        match self.pieces.back_mut() {
            Some(last) if Arc::ptr_eq(&last.records, records) && last.range.end == range.start => {
                last.range.end = range.end;
            }
            _ => self.pieces.push_back(Piece { records: Arc::clone(records), range }),
        }
    }

    /// How many of the first weigh at most so much together, as far as each piece's records weigh alike.
    pub(crate) fn fitting(&self, mut weight: usize) -> usize {
        let mut fitting = 0;
        for piece in &self.pieces {
            let whole = piece.weight();
            if whole > weight {
                return fitting + piece.range.len() * weight / whole;
            }
            weight -= whole;
            fitting += piece.range.len();
        }
        fitting
    }

    pub(crate) fn len(&self) -> usize {
        self.len
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// How many records without fields take as much memory.
    pub(crate) fn weight(&self) -> usize {
        self.pieces.iter().map(Piece::weight).sum()
    }

    /// What produced them.
    pub(crate) fn resource(&self) -> &Resource {
        self.pieces.front().map_or(&NOBODY, |piece| piece.records.resource())
    }

    /// Each record with its fields, and that in which it is.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&Records, &Record, &[u8])> {
        self.pieces.iter().flat_map(|piece| {
            let of = &*piece.records;
            of.iter(piece.range.clone()).map(move |(record, bytes)| (of, record, bytes))
        })
    }
}
