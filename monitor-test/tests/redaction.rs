//! What must not be told is not told: sensitive commands, literals in queries, sensitive values.

use std::collections::BTreeSet;

use monitor_core::redaction::{Dialect, Failure, Redaction, SensitiveCommands, parameterise, query_summary};
use proptest::prelude::*;
use serde_json::Value;

const GOLDEN: &str = include_str!("data/golden/pymongo_events.json");

/// What PyMongo does and we do not, and what is right.
const DEVIATIONS: [(&str, &str, &str); 13] = [
    ("authenticate", "failure", "a server's error keeps code, name and labels only"),
    ("copydb", "failure", "as above"),
    ("copydbgetnonce", "failure", "as above"),
    ("copydbsaslstart", "failure", "as above"),
    ("createuser", "failure", "as above"),
    ("getnonce", "failure", "as above"),
    ("hello", "failure", "as above"),
    ("hello", "reply", "what was decided at the start holds for the reply"),
    ("ismaster", "failure", "as above"),
    ("ismaster", "reply", "as above"),
    ("saslcontinue", "failure", "as above"),
    ("saslstart", "failure", "as above"),
    ("updateuser", "failure", "as above"),
];

#[test]
fn f67_commands_are_redacted_as_pymongo_does_it_but_for_its_faults() {
    let golden: Value = serde_json::from_str(GOLDEN).unwrap();
    let rows = golden["redaction"].as_array().unwrap();
    assert_eq!(rows.len(), 17);
    let mut deviations = BTreeSet::new();
    for row in rows {
        let (name, command) = (row["command_name"].as_str().unwrap(), &row["command"]);
        let decision = SensitiveCommands::new().of_command(name, |key| command.get(key).is_some());
        assert_eq!(decision.is_redacted(), row["started_redacted"], "{command}");

        let failure = Failure::server("secret").code(18).code_name("AuthenticationFailed").label("retry");
        let failure_redacted = !failure.text(decision).contains("secret");
        for (what, redacted) in [("reply", decision.is_redacted()), ("failure", failure_redacted)] {
            if row[format!("{what}_redacted")] != redacted {
                deviations.insert((name.to_lowercase(), what));
            }
        }
    }
    let listed = DEVIATIONS.iter().map(|(name, what, _)| ((*name).to_owned(), *what)).collect();
    assert_eq!(deviations, listed, "each deviation is a real one, and none is missing");
}

#[test]
fn f67_a_server_error_of_a_sensitive_command_keeps_what_pymongos_log_keeps() {
    let failure = Failure::server("m").code(18).code_name("AuthenticationFailed").label("a");
    let golden: Value = serde_json::from_str(GOLDEN).unwrap();
    let log = golden["log_messages"].as_array().unwrap();
    let out =
        log.iter().find(|message| message["case"] == "fail server side").unwrap()["out"].as_str().unwrap();
    let logged: Value = serde_json::from_str(out).unwrap();
    assert_eq!(failure.text(Redaction::Redacted), logged["failure"].as_str().unwrap());
}

const MARK: &str = "hunter2";

/// A literal with the mark in it, written as this dialect allows, with as much in it as can be mistaken.
fn literal(dialect: Dialect) -> BoxedStrategy<String> {
    let noise = prop::sample::select(vec![
        "", " ", "''", "\"", "`", "--", "/*", "*/", "#", "$$", "$1", "?", "[", "]", "(", ",", ";", "\n", "é",
        "🤔", "E", "q", "\\\\",
    ]);
    let noises = prop::collection::vec(noise, 0..4).prop_map(|parts| parts.concat());
    let inside = (noises.clone(), noises).prop_map(|(before, after)| format!("{before}{MARK}{after}"));
    let plain = inside.clone().prop_map(|text| format!("'{text}'"));
    let numbers = prop::sample::select(vec!["12345671", "0xABCD1", "1.5e-31", "-71"]).prop_map(String::from);
    match dialect {
        Dialect::MySql => {
            let escaped = inside.clone().prop_map(|text| format!("'\\'{text}\\''"));
            let double = inside.prop_map(|text| format!("\"{}\"", text.replace('"', "\\\"")));
            prop_oneof![plain, escaped, double, numbers].boxed()
        }
        Dialect::PostgreSql => {
            let escaped = inside.clone().prop_map(|text| format!("E'\\'{text}\\''"));
            let dollars = inside.prop_map(|text| format!("$tag$ ' {text} $tag$"));
            prop_oneof![plain, escaped, dollars, numbers].boxed()
        }
        Dialect::Oracle => {
            let other = inside.prop_map(|text| format!("q'!{text}!'"));
            prop_oneof![plain, other, numbers].boxed()
        }
        _ => prop_oneof![plain, numbers].boxed(),
    }
}

/// What stands between literals.
fn between() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        " ",
        " = ",
        ", ",
        "\n",
        " AND x = ",
        " IN (",
        ") ",
        " -- c\n",
        " /* it's */ ",
        " t.c ",
        "::text ",
        " || ",
        ";",
    ])
}

fn query(dialect: Dialect) -> impl Strategy<Value = String> {
    prop::collection::vec((between(), literal(dialect)), 1..8)
        .prop_map(|parts| parts.iter().map(|(before, literal)| format!("{before} {literal} ")).collect())
}

#[track_caller]
fn check(text: &str, dialect: Dialect) -> Result<(), TestCaseError> {
    for told in [parameterise(text, dialect), query_summary(text, dialect)] {
        prop_assert!(!told.contains(MARK), "{dialect:?}: {text:?} became {told:?}");
        let digits = ["12345671", "ABCD1", "31", "71"].iter().any(|digits| told.contains(digits));
        prop_assert!(!digits, "{dialect:?}: {text:?} became {told:?}");
    }
    Ok(())
}

macro_rules! dialects {
    ($($name:ident: $dialect:ident;)*) => {
        proptest! {
            #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(500) })]
            $(
                /// Also not where nobody knows which database it is.
                #[test]
                fn $name(text in query(Dialect::$dialect)) {
                    check(&text, Dialect::$dialect)?;
                    check(&text, Dialect::Unknown)?;
                    check(&text, Dialect::Command)?;
                }
            )*

            #[test]
            fn f67_no_text_makes_it_panic_or_grow(text in any::<String>(), junk in "['\"`$#\\\\\\[\\]/*:;@?eqE0-9 \n-]{0,60}") {
                for text in [text, junk] {
                    for dialect in
                        [Dialect::Command, Dialect::Mssql, Dialect::MySql, Dialect::Oracle, Dialect::PostgreSql,
                         Dialect::Sqlite, Dialect::Unknown]
                    {
                        prop_assert!(parameterise(&text, dialect).len() <= text.len() + 1);
                        prop_assert!(query_summary(&text, dialect).len() <= 255);
                        let _ = SensitiveCommands::new().of_text(&text, dialect);
                    }
                }
            }
        }
    };
}

dialects! {
    f67_no_literal_of_mysql_survives: MySql;
    f67_no_literal_of_postgresql_survives: PostgreSql;
    f67_no_literal_of_oracle_survives: Oracle;
    f67_no_literal_of_sqlite_survives: Sqlite;
    f67_no_literal_of_sql_server_survives: Mssql;
}

/// A long row of what would take a second look each time: were the time not in proportion, this would not end.
#[test]
fn f61_a_text_takes_time_in_proportion_to_its_length() {
    for part in
        ["$a", "$a$", "'", "/*", "--", "\"", "`", "[", "(", "E'\\", "q'", "1e", "x IN (", "a.", "SELECT ("]
    {
        let text = part.repeat(200_000 / part.len());
        for dialect in [Dialect::Mssql, Dialect::MySql, Dialect::Oracle, Dialect::PostgreSql, Dialect::Sqlite]
        {
            let _ = (parameterise(&text, dialect), query_summary(&text, dialect));
        }
    }
}
