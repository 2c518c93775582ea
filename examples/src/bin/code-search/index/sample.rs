//! A tree of three files, for tests.

use std::fs;

use tempfile::TempDir;

use crate::index::Index;

/// Two files of text, one that is none, one that is ignored, and a build's folder.
pub(crate) fn tree() -> TempDir {
    let tree = TempDir::new().expect("a temporary folder can be made");
    let files: [(&str, &[u8]); 6] = [
        ("src/parse.rs", b"pub fn parse_header(text: &str) -> Header {\nstruct Header;\n"),
        ("prose.txt", b"The quick brown fox\nmeets a zebra,\nand then another zebra.\n"),
        ("picture.bin", b"\0\x01\xff"),
        (".gitignore", b"ignored.txt\n"),
        ("ignored.txt", b"ignored\n"),
        ("target/CACHEDIR.TAG", b"Signature: 8a477f597d28d172789f06886806bc55\n"),
    ];
    for (path, content) in files {
        let path = tree.path().join(path);
        fs::create_dir_all(path.parent().expect("it is below the tree")).expect("a folder can be made");
        fs::write(path, content).expect("a file can be written");
    }
    tree
}

/// The index of that tree.
pub(crate) fn index() -> Index {
    Index::build(tree().path(), |_, _| {}).expect("the tree can be indexed")
}
