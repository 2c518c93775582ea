//! The load: clients that ask a mix of queries, some of which are given up and some of which are wrong.

mod client;
mod mix;
mod tally;

use std::sync::Arc;

use fastrand::Rng;
use tokio::task::JoinSet;

use crate::driver::Driver;
use crate::index::Vocabulary;
use crate::load::client::Client;
pub(crate) use crate::load::client::ENTRANCE;
use crate::load::mix::Mix;
pub(crate) use crate::load::tally::Tally;
pub(crate) use crate::load::tally::Totals;

/// Clients at work.
pub(crate) struct Load {
    clients: JoinSet<()>,
    tally: Arc<Tally>,
}

impl Load {
    /// Starts so many clients, each a task; the same vocabulary makes them ask the same queries in every run.
    pub(crate) fn start(driver: impl Driver, vocabulary: &Vocabulary, tasks: usize) -> Self {
        let (driver, mix) = (Arc::new(driver), Arc::new(Mix::new(vocabulary.clone())));
        let tally = Arc::new(Tally::default());
        let mut clients = JoinSet::new();
        for seed in (1..).take(tasks) {
            let client = Client::new(Arc::clone(&driver), Arc::clone(&mix), Rng::with_seed(seed));
            clients.spawn(client.work(Arc::clone(&tally)));
        }
        Self { clients, tally }
    }

    /// What the clients counted so far.
    pub(crate) fn totals(&self) -> Totals {
        self.tally.totals()
    }

    /// Lets every client finish the query it is at.
    pub(crate) async fn finish(self) -> Totals {
        self.tally.close();
        self.clients.join_all().await;
        self.tally.totals()
    }
}
