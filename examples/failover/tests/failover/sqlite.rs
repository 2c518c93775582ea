//! Over SQLite: two servers in this process.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use failover::Address;
use failover::Client;
use failover::Database;
use failover::Error;
use failover::Settings;
use failover::Statement;
use failover::TokenSource;
use failover::plugin::Detection;
use failover::plugin::Failover;
use failover::plugin::HostMonitoring;
use failover::sqlite::Servers;
use failover::sqlite::Sqlite;
use monitor_core::MetricData;
use monitor_test::Capture;

use crate::load::Load;
use crate::load::until;

/// Quick to find a host dead, and not so quick that a host on a busy machine would look like one.
pub(crate) fn settings(servers: &Servers) -> Settings {
    let interval = Duration::from_secs(3);
    let detection = Detection { grace: interval, interval, count: 2 };
    let mut settings = Settings::new(servers.hosts(), servers.names(), servers.issuer());
    settings.patience = interval;
    settings
        .with(Failover::new(Duration::from_secs(30), Duration::from_millis(100)))
        .with(HostMonitoring::new(detection))
}

fn other<'a>(servers: &'a Servers, host: &Address) -> &'a Address {
    servers.hosts().iter().find(|other| *other != host).expect("there are two")
}

pub(crate) async fn connected(servers: &Servers) -> Client {
    Client::connect(Sqlite, settings(servers)).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_writer_takes_no_acknowledged_write_along() {
    let servers = Servers::start().unwrap();
    let client = connected(&servers).await;
    let load = Load::start(&client, 4).await;
    load.go_on(100).await;
    servers.kill(servers.first_writer());
    load.go_on(100).await;
    let told = load.end(&client).await;
    assert!(told.switches.load(Ordering::Relaxed) > 0);
    until("the other writer", || client.topology().writer() == Some(&servers.hosts()[1])).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_writer_that_says_nothing_any_more_is_found_dead_and_cannot_write_when_it_is_back() {
    let servers = Servers::start().unwrap();
    let client = connected(&servers).await;
    let load = Load::start(&client, 4).await;
    load.go_on(100).await;
    servers.freeze(servers.first_writer());
    load.go_on(100).await;
    let first = servers.first_writer();
    servers.thaw(first);
    // Somebody who has heard of nothing writes to it. What it writes it tries to ship, and is told that its time is
    // over: it follows the other.
    let token = servers.issuer().fetch(first).await.unwrap();
    let mut stranger = Sqlite.connect(first, Some(&token)).await.unwrap();
    let refused = stranger.execute(&Statement::new("INSERT INTO entry VALUES (-1, -1)", &[])).await;
    assert!(matches!(refused, Err(Error::ReadOnly { .. })), "{refused:?}");
    until("the old writer as a reader", || client.topology().readers().any(|reader| reader == first)).await;
    load.go_on(100).await;
    load.end(&client).await;
    until("the other writer", || client.topology().writer() == Some(&servers.hosts()[1])).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_back_follows_and_is_the_writer_again_when_the_other_dies() {
    let servers = Servers::start().unwrap();
    let client = connected(&servers).await;
    let load = Load::start(&client, 4).await;
    for _ in 0..3 {
        load.go_on(50).await;
        let mut found = None;
        until("a writer", || {
            found = client.topology().writer().cloned();
            found.is_some()
        })
        .await;
        let writer = found.expect("it was waited for");
        servers.kill(&writer);
        until("another writer", || client.topology().writer() == Some(other(&servers, &writer))).await;
        servers.restart(&writer).unwrap();
        until("the old one as a reader", || client.topology().readers().any(|reader| *reader == writer))
            .await;
    }
    load.end(&client).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_name_of_the_writer_is_mistrusted() {
    let servers = Servers::start().unwrap();
    let first = connected(&servers).await;
    servers.kill(servers.first_writer());
    assert!(first.execute("CREATE TABLE t (a)", &[]).await.unwrap_err().asks_to_run_again());
    servers.restart(servers.first_writer()).unwrap();
    // The name still points at the old writer, which is a reader now.
    let captured = Capture::run_async(async {
        connected(&servers).await.execute("CREATE TABLE t (a)", &[]).await.unwrap();
    });
    assert_eq!(captured.await.point("stale_dns.stale.detected", &[]), &MetricData::Counter(1));
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_gets_in_without_a_token_that_is_good() {
    let servers = Servers::with_tokens_for(Duration::ZERO).map(drop).unwrap_err();
    assert!(servers.to_string().contains("the token has expired"), "even a follower: {servers}");
    let (servers, strangers) = (Servers::start().unwrap(), Servers::start().unwrap());
    let without = Settings::without_tokens(servers.hosts(), servers.names());
    let refused = Client::connect(Sqlite, without).await.map(drop).unwrap_err();
    assert!(refused.to_string().contains("this is no token"), "{refused}");
    let tokens: Arc<dyn TokenSource> = strangers.issuer();
    let settings = Settings::new(servers.hosts(), servers.names(), tokens);
    let refused = Client::connect(Sqlite, settings).await.map(drop).unwrap_err();
    assert!(refused.to_string().contains("signed by somebody else"), "{refused}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_statement_is_told_and_harms_nobody() {
    let servers = Servers::start().unwrap();
    let client = connected(&servers).await;
    let refused = client.execute("CREATE TABEL t (a)", &[]).await.unwrap_err().to_string();
    assert!(refused.contains("near \"TABEL\": syntax error"), "{refused}");
    client.execute("CREATE TABLE t (a)", &[]).await.unwrap();
    assert_eq!(client.query("SELECT count(*) FROM t", &[]).await.unwrap(), [[0.into()]]);
}
