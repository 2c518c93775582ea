//! A burst that nobody takes costs bounded memory, whatever recorders there are (F16, F42). In a process of its own, whose
//! memory is counted to the byte.

#[path = "recorders/row.rs"]
mod row;

use std::alloc::System;

use cap::Cap;
use monitor_core::recorders::BUILTIN;
use monitor_test::conformance;
use monitor_test::loopback::Manner;
use monitor_test::loopback::Peer;

use row::Place;
use row::Row;

#[global_allocator]
static MEMORY: Cap<System> = Cap::new(System, usize::MAX);

/// The buffers of the threads, and what lies between them and the queues.
const BUFFERS: usize = 16 << 20;
/// The queue of a recorder, and what it makes of a batch. Those that stay on the machine have larger queues.
const A_RECORDER: usize = 8 << 20;

#[test]
fn f42_a_burst_with_all_recorders_stuck_is_counted_exactly_in_bounded_memory() {
    let mut peers = Vec::new();
    let mut recorders = Vec::new();
    for row in BUILTIN.iter().copied().map(Row) {
        for place in row.places() {
            let peer = match &place {
                Place::Away { transport, .. } => Some(Peer::new(*transport, Manner::Hanging)),
                Place::Here { .. } | Place::Nowhere => None,
            };
            recorders.push(row.open(&place, peer.as_ref(), "300ms"));
            peers.extend(peer);
        }
    }
    let limit = BUFFERS + recorders.len() * A_RECORDER;
    conformance::burst(recorders, limit, || MEMORY.allocated());
}
