//! One client: it asks, waits or does not, and asks again.

use std::sync::Arc;
use std::time::Duration;

use fastrand::Rng;
use monitor_core::monitored;

use crate::driver::Answer;
use crate::driver::Driver;
use crate::driver::Error;
use crate::driver::Query;
use crate::load::Tally;
use crate::load::mix::Manner;
use crate::load::mix::Mix;

/// The function that every query comes in by, as the monitor names it.
pub(crate) const ENTRANCE: &str = "Client::ask";

/// One client of the service.
pub(crate) struct Client<D> {
    driver: Arc<D>,
    mix: Arc<Mix>,
    dice: Rng,
}

impl<D: Driver> Client<D> {
    /// A client that draws its queries from the mix.
    pub(crate) fn new(driver: Arc<D>, mix: Arc<Mix>, dice: Rng) -> Self {
        Self { driver, mix, dice }
    }

    /// Asks until the tally is closed.
    pub(crate) async fn work(mut self, tally: Arc<Tally>) {
        while !tally.is_closed() {
            let query = self.mix.query(&mut self.dice);
            let manner = self.mix.manner(&mut self.dice);
            tally.count(&self.ask(&query, manner).await);
            // An answer from the cache never waits; the other clients want their turn.
            tokio::task::yield_now().await;
        }
    }
}

#[monitored(labels(query.kind = query.kind(), max = 8), fields(query.text = query.text(), manner = ?manner))]
impl<D: Driver> Client<D> {
    /// Asks one query; what is given up here is cancelled in the driver.
    async fn ask(&self, query: &Query, manner: Manner) -> Result<Answer, Error> {
        match manner {
            Manner::Hedged => tokio::select! {
                reply = self.driver.run(query) => reply,
                reply = self.driver.run(query) => reply,
            },
            Manner::Hurried => {
                let reply = tokio::time::timeout(PATIENCE, self.driver.run(query)).await;
                reply.unwrap_or(Err(Error::TimedOut(PATIENCE)))
            }
            Manner::Patient => self.driver.run(query).await,
        }
    }
}

/// Less than a query takes that has to wait for a connection.
const PATIENCE: Duration = Duration::from_millis(2);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::index::Vocabulary;

    /// Never answers.
    struct Slow;

    impl Driver for Slow {
        async fn run(&self, _: &Query) -> Result<Answer, Error> {
            std::future::pending().await
        }
    }

    fn client() -> Client<Slow> {
        Client::new(Arc::new(Slow), Arc::new(Mix::new(Vocabulary::default())), Rng::with_seed(1))
    }

    #[tokio::test(start_paused = true)]
    async fn a_hurried_client_gives_up() {
        let reply = client().ask(&Query::Symbol("a".into()), Manner::Hurried).await;
        assert!(matches!(reply, Err(Error::TimedOut(PATIENCE))), "{reply:?}");
    }

    #[tokio::test]
    async fn a_closed_tally_ends_the_work() {
        let tally = Arc::new(Tally::default());
        tally.close();
        client().work(Arc::clone(&tally)).await;
        assert_eq!(tally.totals().asked(), 0);
    }
}
