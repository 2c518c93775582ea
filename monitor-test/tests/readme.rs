//! What the README says about recorders holds.

use std::fs;
use std::path::Path;

use monitor_core::Settings;
use monitor_core::recorders::Builtin;

fn readme() -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the package is in the workspace");
    fs::read_to_string(root.join("README.md")).unwrap()
}

/// The recorders of the table, each with its line of configuration.
fn rows(readme: &str) -> Vec<(String, String)> {
    let table =
        readme.split("| recorder, its feature |").nth(1).expect("the README has a table of recorders");
    let rows = table.lines().skip(2).take_while(|line| line.starts_with('|'));
    let cells = rows.map(|row| {
        let code: Vec<_> = row.split('`').skip(1).step_by(2).collect();
        (code[0].to_owned(), code[code.len() - 1].to_owned())
    });
    cells.collect()
}

#[test]
fn every_recorder_that_ships_anywhere_has_a_row_with_a_line_that_is_understood() {
    let rows = rows(&readme());
    assert_eq!(rows.len(), 10);
    for (name, line) in rows {
        let builtin = match Builtin::named(&name) {
            Ok(builtin) => builtin,
            // Which ones are in this build depends on its features; the name must be known all the same.
            Err(error) => {
                assert!(error.contains("is not in this build; add the feature"), "{name}: {error}");
                continue;
            }
        };
        let (variable, value) = line.split_once('=').unwrap();
        let prefix = format!("MONITOR_{}_", name.to_uppercase());
        let settings = match variable.strip_prefix(&prefix) {
            Some(key) => Settings::new(name.as_str()).with(&key.to_lowercase(), value),
            None if variable == "MONITOR_RECORDERS" => Settings::new(value),
            None => {
                // A variable of the other side's own, which is read where no setting says otherwise.
                assert_eq!((variable, name.as_str()), ("SENTRY_DSN", "sentry"));
                Settings::new(name.as_str()).with("dsn", value)
            }
        };
        builtin.open(settings).unwrap_or_else(|error| panic!("{line}: {error}"));
    }
}
