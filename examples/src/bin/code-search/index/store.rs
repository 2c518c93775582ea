//! Writes the index.

use std::path::Path;

use monitor_core::monitored;
use rusqlite::Connection;
use rusqlite::params;

use crate::index::Size;
use crate::index::chunk;
use crate::index::walk::SourceFile;

/// The one connection that writes.
pub(crate) struct Store {
    connection: Connection,
}

impl Store {
    /// Makes an empty database.
    pub(crate) fn create(path: &Path) -> rusqlite::Result<Self> {
        let connection = Connection::open(path)?;
        connection.execute_batch(SCHEMA)?;
        Ok(Self { connection })
    }
}

#[monitored]
impl Store {
    /// Adds files, all or none.
    pub(crate) fn insert(&mut self, files: &[SourceFile], size: &mut Size) -> rusqlite::Result<()> {
        let transaction = self.connection.transaction()?;
        {
            let mut add_file = transaction.prepare_cached("INSERT INTO file(path, lines) VALUES (?1, ?2)")?;
            let mut add_chunk =
                transaction.prepare_cached("INSERT INTO chunk(text, file, line) VALUES (?1, ?2, ?3)")?;
            let mut add_symbol = transaction
                .prepare_cached("INSERT INTO symbol(name, kind, file, line) VALUES (?1, ?2, ?3, ?4)")?;
            for file in files {
                let lines = file.text.lines().count();
                let id = add_file.insert(params![file.path, lines as i64])?;
                for chunk in chunk::chunks(&file.text) {
                    add_chunk.execute(params![chunk.text, id, chunk.line])?;
                }
                for symbol in chunk::symbols(&file.text) {
                    add_symbol.execute(params![symbol.name, symbol.kind, id, symbol.line])?;
                    size.symbols += 1;
                }
                size.files += 1;
                size.lines += lines as u64;
            }
        }
        transaction.commit()
    }

    /// Puts the index in order, once everything is in it.
    pub(crate) fn finish(self) -> rusqlite::Result<Connection> {
        self.connection.execute_batch(FINISH)?;
        Ok(self.connection)
    }
}

/// Nothing here has to outlive a power cut: the tree is still there.
const SCHEMA: &str = "
    PRAGMA journal_mode = OFF;
    PRAGMA synchronous = OFF;
    CREATE TABLE file(id INTEGER PRIMARY KEY, path TEXT NOT NULL UNIQUE, lines INTEGER NOT NULL);
    CREATE TABLE symbol(name TEXT NOT NULL, kind TEXT NOT NULL, file INTEGER NOT NULL, line INTEGER NOT NULL);
    CREATE VIRTUAL TABLE chunk USING fts5(
        text, file UNINDEXED, line UNINDEXED, tokenize = \"unicode61 tokenchars '_'\");
    CREATE VIRTUAL TABLE term USING fts5vocab(chunk, 'row');";

const FINISH: &str = "
    CREATE INDEX symbol_name ON symbol(name);
    INSERT INTO chunk(chunk) VALUES ('optimize');
    ANALYZE;";
