//! A generated crate on disk, and how long cargo takes over it.

use std::env;
use std::fs;
use std::io;
use std::path::Path;
use std::path::PathBuf;
use std::process::Command;
use std::process::Stdio;
use std::time::Instant;

/// This package's own manifest: the rivals' versions are told there and nowhere else.
const MANIFEST: &str = include_str!("../../Cargo.toml");

/// Its folder, which relative dependencies start from, and whose lock file pins what is below them.
const FOLDER: &str = env!("CARGO_MANIFEST_DIR");

/// A crate in a folder of its own; its target directory is shared with those beside it.
pub(super) struct Crate {
    folder: PathBuf,
    target: PathBuf,
    package: String,
    source: String,
}

impl Crate {
    /// Writes the crate below `parent`.
    pub(super) fn new(parent: &Path, name: &str, dependencies: &[&str], source: String) -> io::Result<Self> {
        let package: String = name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
        let package = format!("pays-{package}");
        let folder = parent.join(&package);
        fs::create_dir_all(folder.join("src"))?;
        let lines = dependencies.iter().map(|name| dependency(name)).collect::<io::Result<Vec<_>>>()?;
        let manifest = format!(
            "[package]\nname = \"{package}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[workspace]\n\n\
             [dependencies]\n{}\n\n[profile.release]\nstrip = true\n",
            lines.join("\n")
        );
        fs::write(folder.join("Cargo.toml"), manifest)?;
        // The same versions as in the other tables; cargo strikes out what the crate does not need.
        fs::copy(Path::new(FOLDER).join("Cargo.lock"), folder.join("Cargo.lock"))?;
        Ok(Self { folder, target: parent.join("target"), package, source })
    }

    /// Builds the dependencies, so that only the crate itself is left to time.
    pub(super) fn prepare(&self) -> io::Result<()> {
        self.timed(&["check"], "fn main() {}\n")?;
        self.timed(&["build", "--release"], "fn main() {}\n").map(drop)
    }

    /// Seconds that `cargo check` takes over the crate.
    pub(super) fn check(&self) -> io::Result<f64> {
        self.timed(&["check"], &self.source)
    }

    /// Seconds that `cargo build --release` takes over the crate.
    pub(super) fn release(&self) -> io::Result<f64> {
        self.timed(&["build", "--release"], &self.source)
    }

    /// Bytes of the stripped binary.
    pub(super) fn binary_size(&self) -> io::Result<u64> {
        let name = format!("{}{}", self.package, env::consts::EXE_SUFFIX);
        Ok(fs::metadata(self.target.join("release").join(name))?.len())
    }

    fn timed(&self, arguments: &[&str], source: &str) -> io::Result<f64> {
        // A newer source makes cargo build the crate again, and it alone.
        fs::write(self.folder.join("src/main.rs"), source)?;
        let started = Instant::now();
        let output = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
            .args(arguments)
            .arg("--quiet")
            .current_dir(&self.folder)
            .env("CARGO_INCREMENTAL", "0")
            .env("CARGO_TARGET_DIR", &self.target)
            .stdin(Stdio::null())
            .output()?;
        if output.status.success() {
            return Ok(started.elapsed().as_secs_f64());
        }
        let errors = String::from_utf8_lossy(&output.stderr);
        Err(io::Error::other(format!("cargo {arguments:?} refused `{}`: {errors}", self.package)))
    }
}

/// The line of our manifest that names the dependency, its path made absolute.
fn dependency(name: &str) -> io::Result<String> {
    let line = MANIFEST.lines().find(|line| line.split_once(" = ").is_some_and(|(key, _)| key == name));
    let line = line.ok_or_else(|| io::Error::other(format!("`{name}` is no dependency of this package")))?;
    Ok(line.replace("path = \"", &format!("path = \"{FOLDER}/")))
}
