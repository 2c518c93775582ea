//! The database file of one server, with the log of all that was written to it.

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;

use monitor_core::monitored;
use rusqlite::CachedStatement;
use rusqlite::Connection;
use rusqlite::ToSql;
use rusqlite::hooks::AuthAction;
use rusqlite::hooks::AuthContext;
use rusqlite::hooks::Authorization;
use rusqlite::types::ToSqlOutput;
use rusqlite::types::ValueRef;

use crate::Statement;
use crate::Value;
use crate::sqlite::message::Entry;
use crate::sqlite::message::Request;

/// The database file of one server, with the log of all that was written to it.
pub(super) struct Store {
    connection: Connection,
    purpose: Arc<Mutex<Purpose>>,
}

/// What a statement is prepared for, which decides what it may do.
#[derive(Clone, Copy, Debug)]
enum Purpose {
    /// To keep the transaction and the log, which is nobody else's affair.
    Keeping,
    /// To read.
    Reading,
    /// To be done here and at the followers.
    Writing,
}

impl Store {
    /// Opens the file, or makes it.
    pub(super) fn open(path: &Path) -> rusqlite::Result<Self> {
        let mut connection = Connection::open(path)?;
        // A server dies with its sockets alone and the system keeps what it wrote: no need to wait for a disk.
        connection.execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF;")?;
        connection.execute_batch(LOG)?;
        let purpose = Arc::new(Mutex::new(Purpose::Keeping));
        let of_statement = Arc::clone(&purpose);
        connection.authorizer(Some(move |context: AuthContext<'_>| {
            of_statement.lock().unwrap_or_else(PoisonError::into_inner).allows(&context)
        }))?;
        Ok(Self { connection, purpose })
    }

    /// Lines of the log, from after this position on and so many at most.
    pub(super) fn log(&self, after: u64, most: u32) -> rusqlite::Result<Vec<String>> {
        *self.purpose.lock().unwrap_or_else(PoisonError::into_inner) = Purpose::Keeping;
        let mut select = self.connection.prepare_cached(
            "SELECT line FROM replication_log WHERE position > ?1 ORDER BY position LIMIT ?2",
        )?;
        select.query_map((after.cast_signed(), most), |row| row.get(0))?.collect()
    }
}

#[monitored]
impl Store {
    /// Answers a statement that reads: how many values a row has, and all of them.
    pub(super) fn query(&self, statement: &Statement) -> rusqlite::Result<(usize, Vec<Value>)> {
        let mut prepared = self.prepared(statement, Purpose::Reading)?;
        if !prepared.readonly() {
            // Not to be found again by `execute`, which is stricter.
            prepared.discard();
            return Err(refused("a query may not write; use `execute`"));
        }
        let (width, mut values) = (prepared.column_count(), Vec::new());
        let mut rows = prepared.raw_query();
        while let Some(row) = rows.next()? {
            for column in 0..width {
                values.push(value(row.get_ref(column)?)?);
            }
        }
        Ok((width, values))
    }

    /// Does a write and notes it in the log; both are there once `ship` agrees, and neither if it does not.
    pub(super) fn write<E: From<rusqlite::Error>>(
        &self,
        entry: &Entry,
        ship: impl FnOnce() -> Result<(), E>,
    ) -> Result<u64, E> {
        self.keep("BEGIN IMMEDIATE")?;
        let written = self.apply(entry).map_err(E::from).and_then(|changed| ship().map(|()| changed));
        self.keep(if written.is_ok() { "COMMIT" } else { "ROLLBACK" })?;
        written
    }
}

impl Store {
    /// Does what the lines of another server's log say, all or nothing; gives how many they were.
    pub(super) fn catch_up(&self, lines: Vec<String>) -> io::Result<u64> {
        let number = lines.len() as u64;
        self.keep("BEGIN IMMEDIATE").map_err(io::Error::other)?;
        let done = lines.iter().try_for_each(|line| match Request::read(line) {
            Ok(Request::Apply(entry)) => self.apply(&entry).map(drop).map_err(io::Error::other),
            _ => Err(io::Error::other(format!("no write is logged as `{line}`"))),
        });
        self.keep(if done.is_ok() { "COMMIT" } else { "ROLLBACK" }).map_err(io::Error::other)?;
        done.map(|()| number)
    }

    fn apply(&self, entry: &Entry) -> rusqlite::Result<u64> {
        let changed = self.prepared(&entry.statement, Purpose::Writing)?.raw_execute()?;
        *self.purpose.lock().unwrap_or_else(PoisonError::into_inner) = Purpose::Keeping;
        let mut note = self.connection.prepare_cached("INSERT INTO replication_log VALUES (?1, ?2)")?;
        note.execute((entry.position.cast_signed(), entry.line()))?;
        Ok(changed as u64)
    }

    fn keep(&self, statement: &str) -> rusqlite::Result<()> {
        *self.purpose.lock().unwrap_or_else(PoisonError::into_inner) = Purpose::Keeping;
        self.connection.execute_batch(statement)
    }

    /// The statement with its parameters, which are called by their names, `$1` and so on.
    fn prepared(&self, statement: &Statement, purpose: Purpose) -> rusqlite::Result<CachedStatement<'_>> {
        *self.purpose.lock().unwrap_or_else(PoisonError::into_inner) = purpose;
        let mut prepared = self.connection.prepare_cached(&statement.sql)?;
        for (number, value) in (1..).zip(&*statement.params) {
            let name = format!("${number}");
            let index = prepared.parameter_index(&name)?;
            let index = index.ok_or_else(|| refused(&format!("the statement has no parameter {name}")))?;
            prepared.raw_bind_parameter(index, value)?;
        }
        Ok(prepared)
    }
}

impl Purpose {
    /// Statements are what is replicated: one that gives another result elsewhere may not write. Neither may one
    /// that ends the transaction around it, writes to the log, or reaches for another file.
    fn allows(self, context: &AuthContext<'_>) -> Authorization {
        let allowed = match (self, &context.action) {
            (Self::Keeping, _) => true,
            (Self::Writing, AuthAction::Function { function_name }) => {
                !ELSEWHERE_OTHERWISE.contains(&function_name.to_ascii_lowercase().as_str())
            }
            (
                _,
                AuthAction::Insert { table_name }
                | AuthAction::Update { table_name, .. }
                | AuthAction::Delete { table_name }
                | AuthAction::DropTable { table_name },
            ) => *table_name != "replication_log",
            (
                _,
                AuthAction::Attach { .. }
                | AuthAction::Detach { .. }
                | AuthAction::Pragma { .. }
                | AuthAction::Savepoint { .. }
                | AuthAction::Transaction { .. },
            ) => false,
            _ => true,
        };
        if allowed { Authorization::Allow } else { Authorization::Deny }
    }
}

impl ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Integer(number) => ValueRef::Integer(*number),
            Self::Null => ValueRef::Null,
            Self::Real(number) => ValueRef::Real(*number),
            Self::Text(text) => ValueRef::Text(text.as_bytes()),
        }))
    }
}

const LOG: &str =
    "CREATE TABLE IF NOT EXISTS replication_log (position INTEGER PRIMARY KEY, line TEXT NOT NULL) STRICT";

const ELSEWHERE_OTHERWISE: [&str; 14] = [
    "changes",
    "current_date",
    "current_time",
    "current_timestamp",
    "date",
    "datetime",
    "julianday",
    "last_insert_rowid",
    "random",
    "randomblob",
    "strftime",
    "time",
    "total_changes",
    "unixepoch",
];

fn value(found: ValueRef<'_>) -> rusqlite::Result<Value> {
    Ok(match found {
        ValueRef::Blob(_) => return Err(refused("a blob cannot be told over this protocol")),
        ValueRef::Integer(number) => Value::Integer(number),
        ValueRef::Null => Value::Null,
        ValueRef::Real(number) => Value::Real(number),
        ValueRef::Text(text) => Value::Text(String::from_utf8_lossy(text).into_owned()),
    })
}

fn refused(reason: &str) -> rusqlite::Error {
    rusqlite::Error::SqliteFailure(
        rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_ERROR),
        Some(reason.to_owned()),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn store() -> Store {
        let store = Store::open(Path::new(":memory:")).unwrap();
        execute(&store, 1, "CREATE TABLE t (a, b)", &[]).unwrap();
        store
    }

    fn execute(store: &Store, position: u64, sql: &str, params: &[Value]) -> rusqlite::Result<u64> {
        let entry = Entry { position, epoch: 1, statement: Statement::new(sql, params) };
        store.write(&entry, || Ok(()))
    }

    #[track_caller]
    fn rows(store: &Store, sql: &str, expected: &[Value]) {
        assert_eq!(store.query(&Statement::new(sql, &[])).unwrap().1, expected, "{sql}");
    }

    #[test]
    fn parameters_go_where_their_numbers_say() {
        let store = store();
        let changed = execute(&store, 2, "INSERT INTO t VALUES ($2, $1), ($1, $1)", &[1.into(), "x".into()]);
        assert_eq!(changed, Ok(2));
        rows(&store, "SELECT a, b FROM t", &["x".into(), 1.into(), 1.into(), 1.into()]);
        assert!(execute(&store, 3, "DELETE FROM t", &[1.into()]).unwrap_err().to_string().contains("$1"));
    }

    #[test]
    fn what_is_not_shipped_is_not_done() {
        let store = store();
        let entry =
            Entry { position: 2, epoch: 1, statement: Statement::new("INSERT INTO t VALUES (1, 1)", &[]) };
        assert!(store.write(&entry, || Err(refused("no follower"))).is_err());
        rows(&store, "SELECT count(*) FROM t", &[0.into()]);
        assert_eq!(store.log(0, 9).unwrap().len(), 1);
    }

    #[test]
    fn what_cannot_be_replicated_is_refused() {
        let store = store();
        for sql in [
            "INSERT INTO t VALUES (RANDOM(), 1)",
            "INSERT INTO t VALUES (datetime('now'), 1)",
            "INSERT INTO t VALUES (CURRENT_TIMESTAMP, 1)",
            "DELETE FROM replication_log",
            "PRAGMA journal_mode = DELETE",
            "COMMIT",
            "ATTACH 'other' AS other",
        ] {
            // A query first, which would leave the statement in the cache.
            let _ = store.query(&Statement::new(sql, &[]));
            let refused = execute(&store, 2, sql, &[]).unwrap_err().to_string();
            assert!(refused.contains("not authorized") || refused.contains("prohibited"), "{sql}: {refused}");
        }
        rows(&store, "SELECT count(*) FROM t", &[0.into()]);
    }

    #[test]
    fn a_query_may_ask_for_the_time_but_not_write() {
        let store = store();
        rows(&store, "SELECT random() IS NULL", &[0.into()]);
        let refused = store.query(&Statement::new("DELETE FROM t", &[])).unwrap_err().to_string();
        assert!(refused.contains("use `execute`"), "{refused}");
    }
}
