//! Over PostgreSQL: a real primary and its standby. Where none is installed this is said, unless `FAILOVER_POSTGRES=1`
//! wants it.

use std::sync::atomic::Ordering;
use std::time::Duration;

use failover::Client;
use failover::Names;
use failover::Settings;
use failover::plugin::Failover;
use failover::postgres::Postgres;

use crate::load::Load;
use crate::load::until;
use crate::pair::Pair;
use crate::pair::Programs;

/// A pair, or nothing where there is no PostgreSQL and nobody wants it.
pub(crate) fn pair() -> Option<Pair> {
    match Programs::find() {
        Ok(programs) => Some(Pair::start(programs)),
        Err(reason) if std::env::var_os("FAILOVER_POSTGRES").is_some_and(|wanted| wanted == "1") => {
            panic!("FAILOVER_POSTGRES=1, and there is no PostgreSQL: {reason}")
        }
        Err(reason) => {
            eprintln!("skipped, there is no PostgreSQL: {reason}");
            None
        }
    }
}

pub(crate) async fn connected(pair: &Pair) -> Client {
    let database = Postgres::parse(&pair.hosts()).unwrap();
    let hosts = database.hosts().to_vec();
    let settings = Settings::without_tokens(&hosts, &Names::with_writer(&hosts[0]));
    let settings = settings.with(Failover::new(Duration::from_secs(30), Duration::from_millis(100)));
    Client::connect(database, settings).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_primary_takes_no_acknowledged_write_along() {
    let Some(pair) = pair() else { return };
    let client = connected(&pair).await;
    values_come_back_as_they_went(&client).await;
    errors_are_told(&client).await;
    let load = Load::start(&client, 4).await;
    load.go_on(100).await;
    pair.kill(0);
    load.go_on(100).await;
    let told = load.end(&client).await;
    assert!(told.switches.load(Ordering::Relaxed) > 0);
    until("the standby as the writer", || {
        let topology = client.topology();
        topology.writer().is_some() && topology.writer() == topology.members().last().map(|it| &it.address)
    })
    .await;
}

async fn values_come_back_as_they_went(client: &Client) {
    let values = [7.into(), 0.5.into(), "it's\n".into(), failover::Value::Null];
    client.execute("CREATE TABLE kept (a INTEGER, b REAL, c TEXT, d TEXT)", &[]).await.unwrap();
    client.execute("INSERT INTO kept VALUES ($1, $2, $3, $4)", &values).await.unwrap();
    // At the writer: a standby may have it a moment later.
    let update = "UPDATE kept SET d = NULL WHERE a = $1 AND c = $2";
    assert_eq!(client.execute(update, &[7.into(), "it's\n".into()]).await.unwrap(), 1);
    let rows = client.query("SELECT $1 AS a, $2 AS b, $3 AS c, $4 AS d", &values).await.unwrap();
    assert_eq!(rows, [values]);
}

async fn errors_are_told(client: &Client) {
    let refused = client.execute("CREATE TABEL t (a INTEGER)", &[]).await.unwrap_err().to_string();
    assert!(refused.contains("syntax error at or near \"TABEL\""), "{refused}");
    let refused = client.query("SELECT now()", &[]).await.unwrap_err().to_string();
    assert!(refused.contains("`now` is of type timestamptz; cast it"), "{refused}");
}
