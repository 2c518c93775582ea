use super::Dialect;
use super::parameterise;
use super::query_summary;

#[track_caller]
fn check(dialect: Dialect, text: &str, expected: &str) {
    assert_eq!(parameterise(text, dialect), expected, "{dialect:?}");
}

/// In every dialect of SQL.
#[track_caller]
fn everywhere(text: &str, expected: &str) {
    use Dialect::{Mssql, MySql, Oracle, PostgreSql, Sqlite, Unknown};
    for dialect in [MySql, Mssql, Oracle, PostgreSql, Sqlite, Unknown] {
        check(dialect, text, expected);
    }
}

#[test]
fn f67_literals_of_every_database_become_a_question_mark() {
    everywhere("SELECT * FROM t WHERE a = 'x' AND b=12", "SELECT * FROM t WHERE a = ? AND b=?");
    everywhere("a = 1.5e-3 OR b = .5 OR c = 0xDEADbeef OR d = 1_000", "a = ? OR b = ? OR c = ? OR d = ?");
    everywhere("a = -5 - 3", "a = -? - ?");
    everywhere("a = 'it''s' AND b = ''", "a = ? AND b = ?");
    everywhere("a = X'1F' AND b = b'01' AND c = N'x'", "a = ? AND b = ? AND c = ?");
    everywhere("d = DATE '2020-01-01' + INTERVAL '1 day'", "d = DATE ? + INTERVAL ?");
    everywhere("a = true AND b = FALSE AND c IS NULL", "a = ? AND b = ? AND c IS NULL");
}

#[test]
fn names_and_placeholders_stay() {
    everywhere("SELECT t1.c2 FROM s3.t1 WHERE v = ?", "SELECT t1.c2 FROM s3.t1 WHERE v = ?");
    everywhere("a = :name AND b = @p1 AND c::text = x", "a = :name AND b = @p1 AND c::text = x");
    check(Dialect::PostgreSql, "SELECT \"a'b\" FROM t WHERE x = $1", "SELECT \"a'b\" FROM t WHERE x = $1");
    check(Dialect::MySql, "SELECT `a'b``c` FROM t", "SELECT `a'b``c` FROM t");
    check(
        Dialect::Mssql,
        "SELECT [a']]b] FROM #temp WHERE m = $12.5",
        "SELECT [a']]b] FROM #temp WHERE m = ?",
    );
    check(
        Dialect::Sqlite,
        "SELECT [a'b] WHERE a = ?1 AND b = $n AND c = :1",
        "SELECT [a'b] WHERE a = ?1 AND b = $n AND c = :1",
    );
    check(Dialect::Oracle, "a = :1 AND b# = c$d", "a = :1 AND b# = c$d");
    check(Dialect::PostgreSql, "a[1:2] || b ? 'k'", "a[?:?] || b ? ?");
}

#[test]
fn comments_go_and_white_space_becomes_one_space() {
    everywhere("  SELECT -- secret\n\t1 /* secret */ + 2  ", "SELECT ? + ?");
    check(Dialect::PostgreSql, "a /* /* ' */ secret */ b", "a b");
    check(Dialect::MySql, "a # it's secret\n, b", "a , b");
    check(Dialect::MySql, "5--'secret'", "?--?");
    check(Dialect::MySql, "SELECT /*!40001 '*/ secret' */ 1", "SELECT ? ?");
    check(Dialect::PostgreSql, "a #> b", "a #> b");
}

#[test]
fn lists_of_literals_become_one() {
    everywhere("a IN (1, 2,3) OR b in ( 'x' ) OR c IN (?, ?)", "a IN (?) OR b in (?) OR c IN (?)");
    everywhere("a IN (-1, +2) AND b", "a IN (?) AND b");
    everywhere("a IN (1, b) OR c IN (SELECT 1) OR f(1, 2)", "a IN (?, b) OR c IN (SELECT ?) OR f(?, ?)");
    check(Dialect::PostgreSql, "a IN ($1, $2)", "a IN ($1, $2)");
}

#[test]
fn f67_strings_end_where_their_database_ends_them() {
    check(Dialect::MySql, r"a = 'it\'s' AND b = 'x\\' AND c", "a = ? AND b = ? AND c");
    check(Dialect::MySql, r#"a = "it's" AND b = "x\"y""#, "a = ? AND b = ?");
    check(Dialect::Sqlite, r"a = 'x\' AND b", "a = ? AND b");
    check(Dialect::PostgreSql, r"a = E'it\'s' AND b = 'x\' AND c", "a = ? AND b = ? AND c");
    check(Dialect::PostgreSql, "a = E'x' \n 'it\\'s' AND c", "a = ? ? AND c");
    check(Dialect::PostgreSql, "a = $$it's$$ AND b = $q$ $$ $q$ AND c", "a = ? AND b = ? AND c");
    check(Dialect::Oracle, "a = q'[it's]' AND b = nq'!it's!' AND c", "a = ? AND b = ? AND c");
    check(Dialect::MySql, "a = _utf8mb4'x' AND b", "a = ? AND b");
}

#[test]
fn double_quotes_of_an_unknown_database_are_a_name_only_where_no_value_can_be() {
    for dialect in [Dialect::Sqlite, Dialect::Unknown] {
        check(
            dialect,
            "SELECT \"t\".\"c\" FROM \"t\" WHERE \"c\" = \"x\"",
            "SELECT \"t\".\"c\" FROM \"t\" WHERE ? = ?",
        );
    }
}

#[test]
fn f67_what_is_not_clear_ends_the_text() {
    everywhere("a = 'x", "a = ?");
    everywhere("a = 1 AND b = 'x'' secret", "a = ? AND b = ?");
    check(Dialect::PostgreSql, "a = $x$ secret $y$", "a = ?");
    check(Dialect::PostgreSql, "a = \"secret", "a = ?");
    check(Dialect::Unknown, r"a = 'x\' AND secret", "a = ?");
    check(Dialect::Unknown, "a # secret", "a ?");
    check(Dialect::Unknown, "a --it's\n secret", "a ?");
    check(Dialect::Unknown, "a /* /* */ secret */", "a ?");
    check(Dialect::Unknown, "a = '''x'secret'''", "a = ?");
    // In the other mode of MySQL the first string ends at the first quote.
    check(Dialect::MySql, r"a = 'x\' AND b = 'secret'", "a = ?");
    check(Dialect::MySql, r"a IN (1, 'x\', 2) AND b = 'secret'", "a IN (?, ?");
}

#[test]
fn of_a_command_only_its_word_is_known() {
    check(Dialect::Command, "SET session:1 hunter2", "SET ?");
    check(Dialect::Command, "PING", "PING");
    check(Dialect::Command, "'x' SET", "?");
}

#[track_caller]
fn summed_up(text: &str, expected: &str) {
    assert_eq!(query_summary(text, Dialect::PostgreSql), expected, "{text}");
}

#[test]
fn the_summaries_of_opentelemetrys_conventions() {
    summed_up("SELECT *\nFROM   wuser_table\nWHERE  username = ?", "SELECT wuser_table");
    summed_up(
        "INSERT INTO shipping_details (order_id, address) SELECT order_id, address FROM orders WHERE order_id = ?",
        "INSERT shipping_details SELECT orders",
    );
    summed_up("SELECT * FROM songs, artists WHERE songs.artist_id == artists.id", "SELECT songs artists");
    summed_up(
        "SELECT order_date FROM (SELECT * FROM orders o JOIN customers c ON o.customer_id = c.customer_id)",
        "SELECT SELECT orders customers",
    );
    summed_up("SELECT * FROM \"song list\", artists", "SELECT \"song list\" artists");
}

#[test]
fn a_summary_has_operations_and_targets_and_no_value() {
    summed_up("select a, b from x as y left join s.z on y.i = z.i where a = 'secret'", "select x s.z");
    summed_up("UPDATE t SET a = 1 WHERE b IN (SELECT c FROM d)", "UPDATE t SELECT d");
    summed_up("DELETE FROM t WHERE a = 1", "DELETE t");
    summed_up("CREATE TABLE IF NOT EXISTS songs (id int)", "CREATE TABLE songs");
    summed_up("CREATE UNIQUE INDEX CONCURRENTLY i ON t (a)", "CREATE INDEX i");
    summed_up("DROP TABLE a", "DROP TABLE a");
    summed_up("CALL refresh(1)", "CALL refresh");
    summed_up("BEGIN; SELECT 1 FROM a; COMMIT", "BEGIN SELECT a COMMIT");
    summed_up("WITH x AS (SELECT * FROM t) SELECT * FROM x", "SELECT t SELECT x");
    summed_up("SELECT EXTRACT(YEAR FROM born) FROM people", "SELECT people");
    summed_up("SELECT a IS DISTINCT FROM b FROM c", "SELECT c");
    summed_up("INSERT INTO t VALUES (1) ON CONFLICT DO UPDATE SET a = 2", "INSERT t");
    summed_up("SELECT * FROM a FOR UPDATE", "SELECT a");
    summed_up("EXPLAIN ANALYZE SELECT * FROM t", "EXPLAIN SELECT t");
    summed_up("SELECT * FROM 'secret' WHERE $$ x", "SELECT");
    summed_up("", "");
}

#[test]
fn a_summary_is_never_cut_inside_a_name() {
    let name = "n".repeat(100);
    let text = format!("SELECT * FROM {name}, {name}, {name}, z");
    summed_up(&text, &format!("SELECT {name} {name}"));
}
