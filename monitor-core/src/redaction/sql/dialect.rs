//! What one database takes for a literal and another for a name.

/// Which rules a text is read by.
///
/// Databases differ in what ends a string: the text `'a\' OR b'` is one literal to MySQL, and to SQLite a literal
/// and a name. The wrong rules let through a part of a literal, so [`Unknown`](Dialect::Unknown) erases the rest of a
/// text where the rules differ.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub enum Dialect {
    /// No SQL: a word and its arguments, as Redis has it. Only the word is kept.
    Command,
    /// Microsoft SQL Server.
    Mssql,
    /// MySQL and MariaDB, in their default mode, where a backslash escapes and `"text"` is a string.
    MySql,
    /// Oracle.
    Oracle,
    /// PostgreSQL and what speaks like it.
    PostgreSql,
    /// SQLite.
    Sqlite,
    /// Some SQL.
    #[default]
    Unknown,
}

impl Dialect {
    /// The dialect of a system by OpenTelemetry's name for it, the value of `db.system.name`.
    ///
    /// ```
    /// use monitor_core::redaction::Dialect;
    ///
    /// assert_eq!(Dialect::of_system("cockroachdb"), Dialect::PostgreSql);
    /// assert_eq!(Dialect::of_system("trino"), Dialect::Unknown);
    /// ```
    #[must_use]
    pub fn of_system(name: &str) -> Self {
        match name {
            "aws.dynamodb" | "couchdb" | "elasticsearch" | "geode" | "hbase" | "memcached" | "mongodb"
            | "opensearch" | "redis" | "valkey" => Dialect::Command,
            "mariadb" | "mysql" => Dialect::MySql,
            "microsoft.sql_server" => Dialect::Mssql,
            "oracle.db" => Dialect::Oracle,
            "aws.redshift" | "cockroachdb" | "postgresql" => Dialect::PostgreSql,
            "sqlite" => Dialect::Sqlite,
            _ => Dialect::Unknown,
        }
    }
}
