//! A crate below the target folder, to be expanded by the compiler.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::hash::BuildHasher;
use std::hash::BuildHasherDefault;
use std::hash::DefaultHasher;
use std::path::Path;
use std::path::PathBuf;
use std::process::Command;
use std::process::Output;

use serde_json::Value;

use crate::compile::ExpansionError;

/// Where scratch crates go, and what they depend on.
pub(crate) struct Scratch {
    folder: PathBuf,
    core: PathBuf,
    lock: PathBuf,
}

impl Scratch {
    /// Asks cargo where the package under test has its target folder and its monitor-core.
    pub(crate) fn locate() -> Result<Self, ExpansionError> {
        let mut command = cargo();
        command.args(["metadata", "--format-version=1"]);
        if let Some(package) = env::var_os("CARGO_MANIFEST_DIR") {
            command.current_dir(package);
        }
        let output = run(&mut command)?;
        let metadata: Value = serde_json::from_slice(&output.stdout)
            .map_err(|error| ExpansionError::Metadata(error.to_string()))?;
        let packages = metadata["packages"].as_array();
        let core =
            packages.and_then(|packages| packages.iter().find(|package| package["name"] == "monitor-core"));
        let path = |value: &Value, what: &str| {
            let path = value.as_str().map(PathBuf::from);
            path.ok_or_else(|| ExpansionError::Metadata(format!("`cargo metadata` names no {what}")))
        };
        let core = path(core.map_or(&Value::Null, |core| &core["manifest_path"]), "monitor-core")?;
        Ok(Self {
            folder: path(&metadata["target_directory"], "target folder")?.join("monitor-expansion"),
            core: core.parent().map(Path::to_path_buf).unwrap_or_default(),
            lock: path(&metadata["workspace_root"], "workspace")?.join("Cargo.lock"),
        })
    }

    /// The source as the compiler sees it once every macro has written its part.
    pub(crate) fn expand(&self, source: &str) -> Result<String, ExpansionError> {
        // A crate for each source, so that tests that run at the same time do not write over each other.
        let hash = BuildHasherDefault::<DefaultHasher>::default().hash_one(source);
        let package = self.folder.join(format!("{hash:016x}"));
        let manifest = format!(
            "[package]\nname = \"expansion\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\
             [lib]\npath = \"lib.rs\"\n[workspace]\n[dependencies]\nmonitor-core.path = {:?}\n",
            self.core
        );
        write(&package.join("Cargo.toml"), &manifest)?;
        write(&package.join("lib.rs"), source)?;
        // The same versions as the workspace, all of which are there already. Without the file cargo chooses.
        if let Ok(lock) = fs::read_to_string(&self.lock) {
            write(&package.join("Cargo.lock"), &lock)?;
        }
        let mut command = cargo();
        command
            .args(["rustc", "--quiet", "--lib", "--profile=check", "--color=never"])
            .arg("--target-dir")
            .arg(self.folder.join("target"))
            .args(["--", "-Zunpretty=expanded"])
            .current_dir(&package)
            // The flag is not stable, and what it shows is for people to read.
            .env("RUSTC_BOOTSTRAP", "1")
            .env_remove("RUSTFLAGS");
        let output = run(&mut command)?;
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }
}

fn cargo() -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo")));
    // Coverage and the like of the test must not reach what it compiles.
    command.env_remove("RUSTC_WORKSPACE_WRAPPER");
    command
}

fn run(command: &mut Command) -> Result<Output, ExpansionError> {
    let output = command.output().map_err(ExpansionError::Cargo)?;
    if !output.status.success() {
        return Err(ExpansionError::Compiler(String::from_utf8_lossy(&output.stderr).into_owned()));
    }
    Ok(output)
}

fn write(path: &Path, text: &str) -> Result<(), ExpansionError> {
    let written = path.parent().map_or(Ok(()), fs::create_dir_all).and_then(|()| fs::write(path, text));
    written.map_err(|error| ExpansionError::File(path.to_path_buf(), error))
}
