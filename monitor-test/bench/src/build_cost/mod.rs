//! Table 5: what a user's build pays.

mod generate;
mod recipe;
mod timing;

use std::env;
use std::fs;
use std::io;
use std::path::Path;

use crate::build_cost::recipe::COLD;
use crate::build_cost::recipe::RECIPES;
use crate::build_cost::recipe::Recipe;
use crate::build_cost::timing::Crate;
use crate::options::Options;
use crate::samples::Samples;
use crate::table::Table;
use crate::table::number;

const CHECK: &str = "check";
const RELEASE: &str = "release";

/// No further release build of a crate that took longer than this, in seconds.
const PATIENCE: f64 = 30.0;

const WARM_NOTE: &str = "The crate alone, its dependencies built, CARGO_INCREMENTAL=0, median of three \
    interleaved rounds (one with `--quick`, or where a build takes over 30 s). 334 sync, 333 async, 333 \
    Result functions, all called from main; the binary is stripped.";

const COLD_NOTE: &str =
    "An empty crate with only this dependency, `cargo build --release` into a new target directory.";

/// Measures both tables in a temporary folder.
///
/// # Errors
///
/// When cargo cannot be run or refuses a generated crate.
pub(crate) fn tables(options: &Options) -> io::Result<Vec<Table>> {
    let folder = env::temp_dir().join(format!("monitor-bench-build-{}", std::process::id()));
    let tables = warm(options, &folder).and_then(|warm| Ok(vec![warm, cold(options, &folder)?]));
    fs::remove_dir_all(&folder)?;
    tables
}

fn warm(options: &Options, folder: &Path) -> io::Result<Table> {
    let mut crates = Vec::new();
    for recipe in RECIPES.iter().filter(|one| is_wanted(one.name, options)) {
        let built =
            Crate::new(&folder.join("warm"), recipe.name, recipe.dependencies, generate::source(recipe))?;
        built.prepare()?;
        crates.push((recipe, built));
    }
    let mut samples = Samples::default();
    for _ in 0..options.effort.pick(3, 1) {
        for (recipe, built) in &crates {
            samples.push(&[recipe.name, CHECK], built.check()?);
            if samples.median(&[recipe.name, RELEASE]).is_none_or(|seconds| seconds < PATIENCE) {
                samples.push(&[recipe.name, RELEASE], built.release()?);
            }
        }
    }
    let headings = [
        "1,000 functions",
        "check s",
        "release s",
        "check ms/fn",
        "release ms/fn",
        "stripped KiB",
        "bytes/fn",
    ];
    let mut table = Table::new("5a. Annotated functions, over plain ones", &headings, WARM_NOTE);
    let plain = crates.iter().find(|(recipe, _)| recipe.name == recipe::PLAIN);
    let plain_size = plain.map_or(Ok(0), |(_, built)| built.binary_size())?;
    for (recipe, built) in &crates {
        table.push(row(&samples, recipe, built.binary_size()?, plain_size));
    }
    Ok(table)
}

fn row(samples: &Samples, recipe: &Recipe, size: u64, plain_size: u64) -> Vec<String> {
    let seconds = |step: &str| samples.median(&[recipe.name, step]);
    // Seconds for a thousand functions are milliseconds for one.
    let net = |step: &str| Some(seconds(step)? - samples.median(&[recipe::PLAIN, step])?);
    let each = (size as f64 - plain_size as f64) / generate::FUNCTIONS as f64;
    vec![
        recipe.name.to_owned(),
        number(seconds(CHECK), 2),
        number(seconds(RELEASE), 2),
        number(net(CHECK), 2),
        number(net(RELEASE), 2),
        (size / 1024).to_string(),
        number(Some(each), 0),
    ]
}

fn cold(options: &Options, folder: &Path) -> io::Result<Table> {
    let mut table = Table::new("5b. Cold release build", &["only dependency", "wall s"], COLD_NOTE);
    for (index, (name, dependencies)) in
        COLD.iter().enumerate().filter(|(_, (name, _))| is_wanted(name, options))
    {
        let folder = folder.join(format!("cold-{index}"));
        let built = Crate::new(&folder, "empty", dependencies, "fn main() {}\n".to_owned())?;
        table.push(vec![(*name).to_owned(), number(Some(built.release()?), 1)]);
        fs::remove_dir_all(&folder)?;
    }
    Ok(table)
}

fn is_wanted(name: &str, options: &Options) -> bool {
    name == recipe::PLAIN || name.contains(&options.only)
}
