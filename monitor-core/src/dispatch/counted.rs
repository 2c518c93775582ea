//! What lanes have counted.

use crate::dispatch::chunk::Chunk;
use crate::dispatch::core::Core;
use crate::dispatch::lane::Lane;
use crate::metric::Cells;
use crate::model::Head;
use crate::model::Slot;
use crate::model::Tally;

/// What a lane counts apart from its cells, under the same lock.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    pub(crate) cells: Cells,
    /// Spans and events that were folded, so recorded.
    pub(crate) recorded: Tally,
    /// Spans and events for which there was no room.
    pub(crate) dropped: Tally,
}

impl Ledger {
    /// Adds what was not folded yet of these chunks. Gives the number of records.
    pub(crate) fn fold(&mut self, core: &Core, chunks: impl IntoIterator<Item = &'static Chunk>) -> usize {
        let mut fold = self.cells.fold(core.seconds_per_tick(), Core::bounds);
        let mut records = 0;
        for chunk in chunks {
            let unfolded = chunk.unfolded();
            records += unfolded.len();
            let folded = fold.add(unfolded);
            chunk.add_exported(folded.total());
            self.recorded += folded;
        }
        records
    }

    /// Empties a chunk for which there is no room: its spans and events that nobody took are lost, and counted.
    pub(crate) fn give_up(&mut self, chunk: &Chunk) {
        self.dropped += tally(chunk.untaken(chunk.len()));
        chunk.reset();
    }

    /// Empties a chunk that cannot be folded any more: what it would have counted is lost as well.
    pub(crate) fn give_up_unfolded(&mut self, chunk: &Chunk) {
        self.recorded += tally(chunk.unfolded());
        self.give_up(chunk);
    }

    pub(crate) fn merge(&mut self, other: &Ledger) {
        self.cells.merge(&other.cells);
        self.recorded += other.recorded;
        self.dropped += other.dropped;
    }
}

/// How many spans and events there are among these records.
fn tally(slots: &[Slot]) -> Tally {
    let count = |is: fn(Head) -> bool| slots.iter().filter(|slot| is(slot.head())).count() as u64;
    Tally { events: count(Head::is_event), spans: count(|head| head.has(Head::SPAN)) }
}

/// What some lanes have counted: their ledgers together, and the calls begun of each source.
#[derive(Default)]
pub(crate) struct Counted {
    pub(crate) ledger: Ledger,
    pub(crate) started: Vec<u64>,
}

impl Counted {
    /// Adds what a lane has counted.
    pub(crate) fn absorb(&mut self, lane: &'static Lane, core: &Core) {
        let (ledger, started) = lane.folded(core);
        self.ledger.merge(&ledger);
        drop(ledger);
        started.into_iter().for_each(|(source, started)| self.begin(source, started));
    }

    pub(crate) fn merge(&mut self, other: &Counted) {
        self.ledger.merge(&other.ledger);
        for (source, started) in other.started.iter().enumerate() {
            self.begin(source as u32, *started);
        }
    }

    fn begin(&mut self, source: u32, started: u64) {
        let source = source as usize;
        if self.started.len() <= source {
            self.started.resize(source + 1, 0);
        }
        self.started[source] += started;
    }
}
