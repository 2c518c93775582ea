//! One client: it writes a row and reads a little, over and over.

use std::sync::Arc;
use std::time::Duration;
use std::time::Instant;

use failover::Client;
use failover::Error;

use crate::story::Story;
use crate::tally::Tally;

/// The rows of one client in one run.
pub(crate) struct Author {
    /// Knows the cluster.
    pub(crate) client: Client,
    /// Which run this is; a PostgreSQL may have rows of earlier ones.
    pub(crate) run: i64,
    /// Which client this is.
    pub(crate) number: i64,
    /// Where it counts.
    pub(crate) tally: Arc<Tally>,
    /// Where it tells what it was told.
    pub(crate) story: Story,
}

/// Makes the table where it is not there yet.
pub(crate) async fn make_table(client: &Client) -> Result<(), Error> {
    client.execute(TABLE, &[]).await.map(drop)
}

/// How many rows of a run there are, in the words of the writer: a change that changes nothing counts them.
pub(crate) async fn rows(client: &Client, run: i64) -> Result<u64, Error> {
    client.execute("UPDATE failover_entry SET run = run WHERE run = $1", &[run.into()]).await
}

impl Author {
    /// Writes and reads until the tally is closed.
    pub(crate) async fn work(self) {
        for row in 0.. {
            if self.tally.is_closed() {
                break;
            }
            self.write(row).await;
            for _ in 0..QUERIES {
                self.read().await;
            }
        }
    }

    /// Writes a row, again and again until it is acknowledged. Its key makes sure that it is not there twice.
    async fn write(&self, row: i64) {
        let key = [self.run.into(), self.number.into(), row.into()];
        let begun = Instant::now();
        while let Err(error) = self.client.execute(INSERT, &key).await {
            if !error.asks_to_run_again() {
                self.tally.count(|totals| totals.writes.failed += 1);
                self.story.tell(format_args!("client {}: {error}", self.number));
                if begun.elapsed() > PATIENCE {
                    return self.tally.count(|totals| totals.given_up += 1);
                }
            }
            let mut first = false;
            self.tally.count(|totals| {
                first = totals.run_again == 0;
                totals.run_again += 1;
            });
            if first {
                self.story.tell(format_args!("a client is told: {error}"));
            }
        }
        let now = Instant::now();
        self.tally.count(|totals| totals.writes.done(now));
    }

    /// Reads how far the client is. The reader may be a little behind, which is why nothing is proved by this.
    async fn read(&self) {
        let answer = self.client.query(SELECT, &[self.run.into(), self.number.into()]).await;
        let now = Instant::now();
        self.tally.count(|totals| match &answer {
            Ok(_) => totals.queries.done(now),
            Err(_) => totals.queries.failed += 1,
        });
        if let Err(error) = answer {
            self.story.tell(format_args!("client {}: {error}", self.number));
        }
    }
}

const TABLE: &str = "
    CREATE TABLE IF NOT EXISTS failover_entry
    (run BIGINT, client BIGINT, number BIGINT, PRIMARY KEY (run, client, number))";
const INSERT: &str = "INSERT INTO failover_entry VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
const SELECT: &str = "SELECT max(number) FROM failover_entry WHERE run = $1 AND client = $2";

/// Queries for each write.
const QUERIES: usize = 3;

/// How long a write is tried.
const PATIENCE: Duration = Duration::from_secs(60);
