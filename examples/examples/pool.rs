//! A bb8 pool of SQLite connections: manager and queries annotated as they are.
//!
//! `cargo run -p examples --example pool` asks more than the pool has connections for, and prints who waited for what.

use std::time::Duration;

use bb8::ManageConnection;
use bb8::Pool;
use monitor_core::Monitor;
use monitor_core::monitored;
use monitor_core::recorders::Console;
use rusqlite::Connection;
use tokio::task::JoinSet;

/// Opens connections to a database in memory that they share.
struct Shelf;

#[monitored(kind = client, err)]
impl ManageConnection for Shelf {
    type Connection = Connection;
    type Error = rusqlite::Error;

    async fn connect(&self) -> Result<Connection, rusqlite::Error> {
        Connection::open("file:shelf?mode=memory&cache=shared")
    }

    async fn is_valid(&self, connection: &mut Connection) -> Result<(), rusqlite::Error> {
        connection.query_row("SELECT 1", [], |_| Ok(()))
    }

    #[monitored(skip)]
    fn has_broken(&self, connection: &mut Connection) -> bool {
        connection.is_busy()
    }
}

/// How many books there are by one author.
#[monitored(err, fields(author = author))]
async fn books_by(pool: &Pool<Shelf>, author: &str) -> Result<u32, bb8::RunError<rusqlite::Error>> {
    let connection = pool.get().await?;
    Ok(count(&connection, author)?)
}

#[monitored(kind = client)]
fn count(connection: &Connection, author: &str) -> rusqlite::Result<u32> {
    connection.query_row("SELECT count(*) FROM book WHERE author = ?1", [author], |row| row.get(0))
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let _monitor = Monitor::builder().recorder(Console::default()).install()?;
    let pool = Pool::builder().max_size(2).connection_timeout(Duration::from_secs(5)).build(Shelf).await?;
    pool.get().await?.execute_batch(
        "CREATE TABLE book (author TEXT, title TEXT);
         INSERT INTO book VALUES ('Le Guin', 'The Dispossessed'), ('Le Guin', 'The Lathe of Heaven'), ('Lem', 'Solaris');",
    )?;
    let mut readers = JoinSet::new();
    for author in ["Le Guin", "Lem", "Asimov", "Le Guin"] {
        let pool = pool.clone();
        readers.spawn(async move { books_by(&pool, author).await.map(|books| (author, books)) });
    }
    while let Some(answer) = readers.join_next().await {
        let (author, books) = answer??;
        println!("{author}: {books}");
    }
    Ok(())
}
