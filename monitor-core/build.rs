//! Tells the library which compiler builds it, for `process.runtime.version`: a running program cannot find that out.

use std::env;
use std::process::Command;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed=RUSTC");
    let Some(compiler) = env::var_os("RUSTC") else { return };
    // Where the compiler will not say, the attribute is absent.
    let Ok(output) = Command::new(compiler).arg("--version").output() else { return };
    let text = String::from_utf8_lossy(&output.stdout);
    if let Some(version) = text.split_whitespace().nth(1) {
        println!("cargo::rustc-env=MONITOR_RUSTC_VERSION={version}");
    }
}
