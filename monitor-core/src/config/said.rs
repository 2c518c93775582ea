//! Everything that was said, wherever it was, before anything is made of it.

use std::path::Path;

use crate::config::ConfigError;
#[cfg(feature = "toml")]
use crate::config::document;
use crate::config::statement::Statement;
use crate::config::variables::Variables;
use crate::model::list_known;
use crate::recorder::Settings;

/// A file to read first.
const CONFIG: &str = "MONITOR_CONFIG";
/// Which of the profiles in the file counts.
const PROFILE: &str = "MONITOR_PROFILE";
/// The recorders, by name, joined by commas.
const RECORDERS: &str = "MONITOR_RECORDERS";

/// The keys of a file, or of a profile in it.
const KEYS: [&str; 7] =
    ["filter", "interval", "profiles", "recorders", "reserved_labels", "resource", "traces"];

/// Those of them that are tables and nothing else.
const TABLES: [&str; 3] = ["profiles", "recorders", "resource"];
/// Those of them that are no tables.
const VALUES: [&str; 3] = ["filter", "interval", "traces"];

/// Everything that was said, wherever it was.
pub(crate) struct Said {
    variables: Variables,
    /// What the file says, then what the profile says.
    statements: Vec<Statement>,
}

/// One recorder that somebody wants.
pub(crate) struct Wanted {
    /// What it is called.
    pub(crate) name: String,
    /// What it is.
    pub(crate) kind: String,
    /// Where it was asked for.
    pub(crate) origin: String,
    pub(crate) settings: Settings,
}

impl Said {
    /// What the variables say, and the file that they name.
    ///
    /// # Errors
    ///
    /// The file cannot be read, has a key that does not exist, or has no profile of the name that is asked for.
    pub(crate) fn read(mut variables: Variables) -> Result<Self, ConfigError> {
        let file = variables.take(CONFIG);
        let statements = if file.is_empty() { Vec::new() } else { read_file(Path::new(&file))? };
        let profile = variables.take(PROFILE);
        let statements = overlaid(statements, &file, &profile)?;
        Ok(Self { variables, statements })
    }

    /// The last word on `key`, which the variable `variable` says where it is set; with where it was said.
    pub(crate) fn take(&mut self, variable: &'static str, key: &str) -> Option<(String, String)> {
        let value = self.variables.take(variable);
        if !value.is_empty() {
            return Some((variable.to_owned(), value));
        }
        let said = self.statements.iter().rev().find(|said| said.path.len() == 1 && said.key() == key)?;
        Some((said.origin.clone(), said.value.clone()?))
    }

    /// Finds a variable that is called almost like one of ours, once all of ours were taken. The settings of recorders that
    /// nobody wants now are no mistake.
    ///
    /// # Errors
    ///
    /// There is one.
    pub(crate) fn check_rest(&self, others: &[&str]) -> Result<(), ConfigError> {
        self.variables.check_rest(&[others, &[CONFIG, PROFILE, RECORDERS]].concat())
    }

    /// What the file says in one of its tables: names with dots in them and what they are.
    pub(crate) fn table(&self, key: &str) -> impl Iterator<Item = (String, String)> {
        let said = self.statements.iter().filter(move |said| said.path.len() > 1 && said.path[0] == key);
        said.filter_map(|said| Some((said.path[1..].join("."), said.value.clone()?)))
    }

    /// The recorders: those that the variable names where it is set, else those of the file. What the file says about a
    /// recorder counts either way, and what a variable says counts more.
    pub(crate) fn recorders(&mut self) -> Vec<Wanted> {
        let named = self.variables.take(RECORDERS);
        let wanted: Vec<(String, Option<String>, String)> = if named.is_empty() {
            let tables =
                self.statements.iter().filter(|said| said.path.len() == 2 && said.path[0] == "recorders");
            let mut wanted: Vec<(String, Option<String>, String)> = Vec::new();
            for table in tables.filter(|said| said.value.is_none()) {
                if !wanted.iter().any(|(name, ..)| name == table.key()) {
                    wanted.push((table.key().to_owned(), None, table.origin.clone()));
                }
            }
            wanted
        } else {
            let words = named.split(',').map(str::trim).filter(|word| !word.is_empty());
            let parts = words.map(|word| match word.split_once(':') {
                Some((name, kind)) => (name.to_owned(), Some(kind.to_owned()), RECORDERS.to_owned()),
                None => (word.to_owned(), None, RECORDERS.to_owned()),
            });
            parts.collect()
        };
        let names: Vec<_> = wanted.iter().map(|(name, ..)| name.clone()).collect();
        let wanted = wanted.into_iter().map(|(name, kind, origin)| self.wanted(name, kind, origin, &names));
        wanted.collect()
    }

    fn wanted(&mut self, name: String, mut kind: Option<String>, origin: String, names: &[String]) -> Wanted {
        let mut settings = Settings::new(&name);
        let is_its =
            |said: &&Statement| said.path.len() > 2 && said.path[0] == "recorders" && said.path[1] == name;
        for said in self.statements.iter().filter(is_its) {
            let (key, value) = (said.path[2..].join("."), said.value.clone().unwrap_or_default());
            if key == "kind" {
                kind.get_or_insert(value);
            } else {
                settings.put(&key, value, format!("{}: {}", said.origin, said.path.join(".")));
            }
        }
        self.variables.add_to(&mut settings, &name, names);
        let kind = kind.unwrap_or_else(|| name.clone());
        Wanted { name, kind, origin, settings }
    }
}

#[cfg(feature = "toml")]
fn read_file(path: &Path) -> Result<Vec<Statement>, ConfigError> {
    document::read(path)
}

#[cfg(not(feature = "toml"))]
fn read_file(path: &Path) -> Result<Vec<Statement>, ConfigError> {
    let problem = format!("to read `{}`, add the feature `toml` of `monitor-core`", path.display());
    Err(ConfigError::invalid(CONFIG, problem))
}

/// What counts with this profile: what the file says outside of profiles, then what the profile says.
fn overlaid(statements: Vec<Statement>, file: &str, profile: &str) -> Result<Vec<Statement>, ConfigError> {
    let (profiles, mut plain): (Vec<_>, Vec<_>) =
        statements.into_iter().partition(|said| said.path[0] == "profiles");
    let mut known: Vec<&str> = Vec::new();
    for said in &profiles {
        known.extend(said.path.get(1).map(String::as_str).filter(|name| !known.contains(name)));
    }
    if !profile.is_empty() && !known.contains(&profile) {
        let problem = match (file, &known[..]) {
            ("", _) => format!("there is no profile `{profile}` without a file; name one by `{CONFIG}`"),
            (file, []) => format!("`{file}` has no profiles; write a table `[profiles.{profile}]`"),
            (_, known) => format!("there is no profile `{profile}`; {}", list_known(profile, known)),
        };
        return Err(ConfigError::invalid(PROFILE, problem));
    }
    for said in &plain {
        check(&said.path, said)?;
    }
    for said in &profiles {
        match &said.path[..] {
            [_, _, path @ ..] if !path.is_empty() => check(path, said)?,
            _ => check_table(said)?,
        }
    }
    let chosen = profiles.into_iter().filter(|said| said.path.len() > 2 && said.path[1] == profile);
    plain.extend(chosen.map(|said| Statement { path: said.path[2..].to_vec(), ..said }));
    Ok(plain)
}

/// Checks what is said in a file, or in a profile, where its path is only a part of the whole one.
fn check(path: &[String], said: &Statement) -> Result<(), ConfigError> {
    let key = path[0].as_str();
    if !KEYS.contains(&key) {
        let problem = format!("there is no key `{key}`; {}", list_known(key, &KEYS));
        return Err(ConfigError::invalid(&said.origin, problem));
    }
    match path {
        _ if key == "profiles" && said.path.len() > path.len() => Err(ConfigError::invalid(
            &said.origin,
            "a profile has no profiles; write each as a table of its own",
        )),
        [_] if TABLES.contains(&key) => check_table(said),
        [_] if VALUES.contains(&key) && said.value.is_none() => {
            let name = said.path.join(".");
            let problem = format!("`{name}` is no table; write `{key} = '..'`");
            Err(ConfigError::invalid(&said.origin, problem))
        }
        [_, _] if key == "recorders" => check_table(said),
        _ => Ok(()),
    }
}

fn check_table(said: &Statement) -> Result<(), ConfigError> {
    let name = said.path.join(".");
    match said.value {
        None => Ok(()),
        Some(_) => {
            let problem = format!("`{name}` is a table; write `[{name}]` and its keys below");
            Err(ConfigError::invalid(&said.origin, problem))
        }
    }
}
