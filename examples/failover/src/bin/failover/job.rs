//! The job: a load, a death in its middle, and what is there at the end.

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;
use std::time::SystemTime;
use std::time::UNIX_EPOCH;

use failover::Address;
use failover::Client;
use monitor_core::Monitor;
use tokio::task::JoinSet;

use crate::chronicle::Chronicle;
use crate::client;
use crate::client::Author;
use crate::cluster::Cluster;
use crate::failed_over::FailedOver;
use crate::metrics;
use crate::options::Options;
use crate::report::Report;
use crate::story::Story;
use crate::tally::Tally;

/// Writes and reads, lets the primary die, and tells how it went.
pub(crate) async fn run(options: &Options) -> Result<Report, Box<dyn Error>> {
    let story = Story::begin();
    let (failed_over, chronicle) = (FailedOver::default(), Chronicle::of(story));
    let monitor = Monitor::builder().recorder(failed_over.clone()).listener(chronicle.clone()).copies();
    let monitor = monitor.install()?;
    let cluster = Cluster::start(options)?;
    let client = cluster.connect().await?;
    client::make_table(&client).await?;
    let run = SystemTime::now().duration_since(UNIX_EPOCH)?.as_millis() as i64;
    let primary = client.topology().writer().ok_or("the cluster has no writer")?.clone();
    story.tell(format_args!(
        "{primary} is the primary of {} hosts; {} clients write and read",
        client.topology().members().len(),
        options.tasks
    ));

    let tally = Arc::new(Tally::begin());
    let mut clients = JoinSet::new();
    for number in 0..options.tasks.into() {
        let (client, tally) = (client.clone(), Arc::clone(&tally));
        clients.spawn(Author { client, run, number, tally, story }.work());
    }
    let half = options.duration() / 2;
    watch(&tally, &story, half).await;
    story.tell(cluster.kill(&primary).await?);
    let died = story.elapsed();
    let writer = new_writer(&client, &primary, &story).await?;
    watch(&tally, &story, half / 2).await;
    let came_back = cluster.revive(&primary)?;
    if let Some(told) = &came_back {
        story.tell(told);
        newcomer(&cluster, &story).await?;
    }
    watch(&tally, &story, half / 2).await;
    tally.close();
    clients.join_all().await;

    let totals = tally.totals();
    let rows = client::rows(&client, run).await?;
    // What is not done in time is missing in the tree.
    let _ = monitor.flush(Duration::from_secs(5));
    let metrics = metrics::lines(&monitor.snapshot());
    let tree = failed_over.tree();
    let events = chronicle.lines();
    Ok(Report {
        tasks: options.tasks,
        lasted: story.elapsed(),
        totals,
        primary,
        died,
        writer,
        rows,
        events,
        metrics,
        tree,
    })
}

/// Tells the figures twice a second.
async fn watch(tally: &Tally, story: &Story, duration: Duration) {
    let end = tokio::time::Instant::now() + duration;
    loop {
        let next = tokio::time::Instant::now() + Duration::from_millis(500);
        tokio::time::sleep_until(next.min(end)).await;
        let totals = tally.totals();
        let (writes, queries) = (totals.writes.done, totals.queries.done);
        story.tell(format_args!("{writes} writes acknowledged, {queries} queries answered"));
        if next >= end {
            return;
        }
    }
}

/// Waits until another host than the dead one is the writer.
async fn new_writer(client: &Client, dead: &Address, story: &Story) -> Result<Address, Box<dyn Error>> {
    let waiting = async {
        loop {
            let topology = client.topology();
            if let Some(writer) = topology.writer().filter(|writer| *writer != dead) {
                return writer.clone();
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    let writer = tokio::time::timeout(PATIENCE, waiting).await;
    let writer =
        writer.map_err(|_| format!("{dead} is dead, and no other host is the writer after {PATIENCE:?}"))?;
    story.tell(format_args!("{writer} is the writer now"));
    Ok(writer)
}

/// A client that knows nothing of all this connects by the name of the writer.
async fn newcomer(cluster: &Cluster, story: &Story) -> Result<(), Box<dyn Error>> {
    let client = cluster.connect().await?;
    let writer = client.topology().writer().map(ToString::to_string).unwrap_or_default();
    story.tell(format_args!("a new client connects by that name, and its writer is {writer}"));
    Ok(())
}

/// A person may have to kill the primary first.
const PATIENCE: Duration = Duration::from_secs(120);
