//! The source of a crate twice: as it was published, and with the attribute on every function.

use std::fs;
use std::path::Path;
use std::path::PathBuf;

use crate::annotate::annotate;
use crate::cargo;

/// One crate, twice.
pub(crate) struct Twins {
    pub(crate) plain: PathBuf,
    pub(crate) annotated: PathBuf,
    /// How many functions have the attribute.
    pub(crate) functions: usize,
}

impl Twins {
    /// Gets a crate from where cargo keeps the sources of dependencies, and puts the attribute on one copy.
    pub(crate) fn new(name: &str, version: &str) -> Twins {
        let place = cargo::place().join(name);
        let published = published(name, version, &place.join("wanted"));
        let (plain, annotated) = (place.join("plain"), place.join("annotated"));
        let mut twins = Twins { plain, annotated, functions: 0 };
        twins.copy(&published, Path::new(""));
        twins.adapt(&published);
        twins
    }

    fn copy(&mut self, published: &Path, inner: &Path) {
        for entry in fs::read_dir(published.join(inner)).unwrap() {
            let entry = entry.unwrap();
            let path = inner.join(entry.file_name());
            // Some were published with the oldest versions of all, which the compiler has outgrown.
            if path == Path::new("Cargo.lock") {
                continue;
            }
            if entry.file_type().unwrap().is_dir() {
                self.copy(published, &path);
                continue;
            }
            let bytes = fs::read(entry.path()).unwrap();
            let source = std::str::from_utf8(&bytes).ok().filter(|_| is_source(&path));
            // What is no whole file of Rust, such as a part that another one includes, stays as it is.
            match source.and_then(|source| annotate(source).ok()) {
                Some(annotated) => {
                    self.functions += annotated.functions;
                    write(&self.annotated.join(&path), annotated.text.as_bytes());
                }
                None => write(&self.annotated.join(&path), &bytes),
            }
            write(&self.plain.join(&path), &bytes);
        }
    }

    /// Makes both stand for themselves, with the same versions of what they depend on.
    fn adapt(&self, published: &Path) {
        let manifest = fs::read_to_string(published.join("Cargo.toml")).unwrap();
        let manifest = format!("{manifest}\n[workspace]\n");
        write(&self.plain.join("Cargo.toml"), manifest.as_bytes());
        let core = Path::new(env!("CARGO_MANIFEST_DIR")).with_file_name("monitor-core");
        // A literal string: a path may have backslashes.
        let depends = format!("{manifest}\n[dependencies.monitor-core]\npath = '{}'\n", core.display());
        write(&self.annotated.join("Cargo.toml"), depends.as_bytes());
        cargo::lock(&self.plain);
        write(&self.annotated.join("Cargo.lock"), &fs::read(self.plain.join("Cargo.lock")).unwrap());
    }
}

/// Where cargo keeps the source of a crate, asked of a crate that depends on it.
fn published(name: &str, version: &str, asking: &Path) -> PathBuf {
    let manifest = format!(
        "[package]\nname = 'wanted'\n[lib]\npath = 'lib.rs'\n[workspace]\n[dependencies]\n{name} = '={version}'\n"
    );
    write(&asking.join("Cargo.toml"), manifest.as_bytes());
    write(&asking.join("lib.rs"), b"");
    let metadata = cargo::metadata(asking);
    let found = metadata["packages"].as_array().unwrap().iter().find(|package| package["name"] == name);
    let manifest = found.and_then(|package| package["manifest_path"].as_str()).unwrap();
    Path::new(manifest).parent().unwrap().to_owned()
}

/// Build scripts run where nobody records.
fn is_source(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "rs") && path != Path::new("build.rs")
}

/// A file that is already so is not touched, so that cargo need not compile it again.
fn write(path: &Path, bytes: &[u8]) {
    if fs::read(path).is_ok_and(|there| there == bytes) {
        return;
    }
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, bytes).unwrap();
}
