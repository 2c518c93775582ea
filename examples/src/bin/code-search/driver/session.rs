//! One connection, and the statements it knows.

use std::path::Path;

use monitor_core::monitored;
use rusqlite::Connection;
use rusqlite::InterruptHandle;
use rusqlite::OpenFlags;
use rusqlite::Row;

use crate::driver::Answer;
use crate::driver::Error;
use crate::driver::Hit;
use crate::driver::Query;
use crate::driver::fault::Fault;

/// One read-only connection.
pub(crate) struct Session {
    connection: Connection,
}

impl Session {
    /// Connects to an index that is there.
    pub(crate) fn open(path: &Path) -> Result<Self, Error> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        Ok(Self { connection: Connection::open_with_flags(path, flags)? })
    }

    /// Stops what runs on this connection, from any thread.
    pub(crate) fn interrupt_handle(&self) -> InterruptHandle {
        self.connection.get_interrupt_handle()
    }
}

#[monitored]
impl Session {
    /// Answers a query, or fails as the fault says. Blocks.
    pub(crate) fn answer(&mut self, query: &Query, fault: Fault) -> Result<Answer, Error> {
        match fault {
            Fault::Interrupt => {
                self.connection.progress_handler(1, Some(|| true))?;
                let answer = self.ask(query);
                self.connection.progress_handler(0, None::<fn() -> bool>)?;
                answer
            }
            Fault::None => self.ask(query),
            // Unlike `panic!`, this prints nothing: the terminal belongs to the progress bar.
            Fault::Panic => {
                std::panic::resume_unwind(Box::new("the replica's worker panicked, as it was told to"))
            }
        }
    }

    fn ask(&self, query: &Query) -> Result<Answer, Error> {
        let text = query.text();
        let hits = match query {
            Query::Phrase(_) => self.matching(&quoted(text))?,
            Query::Prefix(_) => self.matching(&format!("{}*", quoted(text)))?,
            Query::Symbol(_) => self.symbol(text)?,
            Query::TopFiles(_) => self.top_files(&quoted(text))?,
            Query::Typed(_) => self.matching(text)?,
        };
        Ok(Answer { hits: hits.into() })
    }

    fn matching(&self, expression: &str) -> Result<Vec<Hit>, Error> {
        self.hits(MATCHING, expression).map_err(|error| Error::typed(expression, error))
    }

    fn symbol(&self, name: &str) -> Result<Vec<Hit>, Error> {
        Ok(self.hits(SYMBOL, name)?)
    }

    fn top_files(&self, expression: &str) -> Result<Vec<Hit>, Error> {
        self.hits(TOP_FILES, expression).map_err(|error| Error::typed(expression, error))
    }
}

impl Session {
    fn hits(&self, statement: &str, text: &str) -> rusqlite::Result<Vec<Hit>> {
        self.connection.prepare_cached(statement)?.query_map([text], hit)?.collect()
    }
}

const MATCHING: &str = "
    SELECT file.path, chunk.line, snippet(chunk, 0, '[', ']', '…', 12)
    FROM chunk JOIN file ON file.id = chunk.file
    WHERE chunk MATCH ?1 ORDER BY rank LIMIT 10";

const SYMBOL: &str = "
    SELECT file.path, symbol.line, symbol.kind || ' ' || symbol.name
    FROM symbol JOIN file ON file.id = symbol.file
    WHERE symbol.name = ?1 ORDER BY file.path LIMIT 10";

const TOP_FILES: &str = "
    SELECT file.path, min(chunk.line), count(*) || ' places'
    FROM chunk JOIN file ON file.id = chunk.file
    WHERE chunk MATCH ?1 GROUP BY file.id ORDER BY count(*) DESC, file.path LIMIT 10";

fn hit(row: &Row<'_>) -> rusqlite::Result<Hit> {
    Ok(Hit { path: row.get(0)?, line: row.get(1)?, text: row.get(2)? })
}

/// As FTS5 wants it, so that no word can be an operator.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::index::sample;

    #[track_caller]
    fn check(query: Query, expected: &[&str]) {
        let index = sample::index();
        let answer = Session::open(index.path()).unwrap().answer(&query, Fault::None).unwrap();
        let found: Vec<_> = answer.hits.iter().map(|hit| format!("{}:{}", hit.path, hit.line)).collect();
        assert_eq!(found, expected, "for {query:?}");
    }

    #[test]
    fn every_kind_of_query_finds_its_places() {
        check(Query::Phrase("quick brown".into()), &["prose.txt:1"]);
        check(Query::Phrase("brown quick".into()), &[]);
        check(Query::Prefix("parse_he".into()), &["src/parse.rs:1"]);
        check(Query::Symbol("Header".into()), &["src/parse.rs:2"]);
        check(Query::TopFiles("zebra".into()), &["prose.txt:1"]);
        check(Query::Typed("quick NOT zebra".into()), &[]);
        check(Query::Typed("quick AND zebra".into()), &["prose.txt:1"]);
    }

    #[test]
    fn a_malformed_expression_is_told_with_its_text() {
        let index = sample::index();
        let error = Session::open(index.path()).unwrap().answer(&Query::Typed("\"quick".into()), Fault::None);
        let message = error.unwrap_err().to_string();
        assert!(message.starts_with("`\"quick` is no search expression: unterminated string"), "{message}");
    }

    #[test]
    fn an_interrupted_connection_is_well_again_for_the_next_query() {
        let index = sample::index();
        let mut session = Session::open(index.path()).unwrap();
        let query = Query::Prefix("parse".into());
        assert!(matches!(session.answer(&query, Fault::Interrupt), Err(Error::Interrupted)));
        assert_eq!(session.answer(&query, Fault::None).unwrap().hits.len(), 1);
    }
}
