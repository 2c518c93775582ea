//! Clients that write and read until they are told to end, and know what was acknowledged.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::AtomicI64;
use std::sync::atomic::Ordering;
use std::time::Duration;

use failover::Client;
use failover::Error;
use monitor_core::FutureExt;
use tokio::task::JoinSet;
use tokio::time::Instant;

/// Longer than anything here takes, so that a test ends that would wait for ever.
pub(crate) const DEADLINE: Duration = Duration::from_secs(60);

/// Clients at work.
pub(crate) struct Load {
    clients: JoinSet<Result<(), Error>>,
    told: Arc<Told>,
}

/// What the clients saw so far.
#[derive(Default)]
pub(crate) struct Told {
    /// Writes that were acknowledged.
    pub(crate) writes: AtomicI64,
    /// Queries that were answered.
    pub(crate) reads: AtomicI64,
    /// How often a client was told that its connection was switched.
    pub(crate) switches: AtomicI64,
    over: AtomicBool,
}

impl Load {
    /// Makes a table and starts so many clients, each with rows of its own.
    pub(crate) async fn start(client: &Client, clients: i64) -> Self {
        client.execute("CREATE TABLE entry (id BIGINT PRIMARY KEY, writer BIGINT)", &[]).await.unwrap();
        let told = Arc::new(Told::default());
        let mut working = JoinSet::new();
        for number in 0..clients {
            working.spawn(work(client.clone(), number, Arc::clone(&told)).in_current_context());
        }
        Self { clients: working, told }
    }

    /// Waits until so many more writes were acknowledged and queries answered.
    pub(crate) async fn go_on(&self, more: i64) {
        let of = |cell: &AtomicI64| cell.load(Ordering::Relaxed);
        let (writes, reads) = (of(&self.told.writes) + more, of(&self.told.reads) + more);
        until("the load to go on", || of(&self.told.writes) >= writes && of(&self.told.reads) >= reads).await;
    }

    /// Lets every client finish, and proves that all that was acknowledged is there, and nothing else.
    pub(crate) async fn end(self, client: &Client) -> Arc<Told> {
        self.told.over.store(true, Ordering::Relaxed);
        for ended in self.clients.join_all().await {
            ended.unwrap();
        }
        let acknowledged = self.told.writes.load(Ordering::Relaxed);
        // Changes nothing, and gives the number of rows as the writer has them.
        let rows = client.execute("UPDATE entry SET writer = writer", &[]).await.unwrap();
        assert_eq!(i64::try_from(rows), Ok(acknowledged), "rows at the writer, and acknowledged writes");
        self.told
    }
}

/// Writes a row and reads it back, over and over. A write that was cut short is made again: its key makes sure that
/// it is not there twice.
async fn work(client: Client, number: i64, told: Arc<Told>) -> Result<(), Error> {
    for id in (number..).step_by(1000) {
        if told.over.load(Ordering::Relaxed) {
            break;
        }
        let insert = "INSERT INTO entry VALUES ($1, $2) ON CONFLICT DO NOTHING";
        while let Err(error) = client.execute(insert, &[id.into(), number.into()]).await {
            if !error.asks_to_run_again() {
                return Err(error);
            }
            told.switches.fetch_add(1, Ordering::Relaxed);
        }
        told.writes.fetch_add(1, Ordering::Relaxed);
        client.query("SELECT id FROM entry WHERE id = $1", &[id.into()]).await?;
        told.reads.fetch_add(1, Ordering::Relaxed);
    }
    Ok(())
}

/// Polls until something is so.
pub(crate) async fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !is_so() {
        assert!(begun.elapsed() < DEADLINE, "waited {DEADLINE:?} for {what}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}
