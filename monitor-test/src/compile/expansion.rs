//! What the attribute writes, as the compiler sees it.

use syn::File;
use syn::Item;

use crate::compile::ExpansionError;
use crate::compile::scratch::Scratch;

/// What the compiler sees of `source` once every macro in it has written its part, formatted: for a snapshot.
///
/// The source is one file of a library of its own that may use monitor-core. The first call compiles
/// monitor-core into a folder below the target folder; later calls take a moment each.
///
/// ```no_run
/// let code = monitor_test::compile::expansion("#[monitor_core::monitored] pub fn answer() -> u32 { 42 }");
/// assert!(code.contains("fn answer() -> u32"));
/// ```
///
/// # Panics
///
/// The source does not expand; [`try_expansion`] gives an error instead.
#[must_use]
#[track_caller]
pub fn expansion(source: &str) -> String {
    try_expansion(source).unwrap_or_else(|error| panic!("{error}"))
}

/// Like [`expansion`], with an error in place of a panic.
///
/// ```no_run
/// let refused = monitor_test::compile::try_expansion("#[monitor_core::monitored(labls(a = 1))] fn f() {}");
/// assert!(refused.unwrap_err().to_string().contains("labels"));
/// ```
///
/// # Errors
///
/// The source does not expand, or cargo cannot be run.
pub fn try_expansion(source: &str) -> Result<String, ExpansionError> {
    let expanded = Scratch::locate()?.expand(source)?;
    let mut file: File = syn::parse_str(&expanded).map_err(ExpansionError::Unreadable)?;
    // What the compiler adds to every crate.
    file.attrs.clear();
    file.items.retain(|item| match item {
        Item::ExternCrate(extern_crate) => extern_crate.ident != "std",
        Item::Use(import) => {
            !import.attrs.iter().any(|attribute| attribute.path().is_ident("prelude_import"))
        }
        _ => true,
    });
    Ok(prettyplease::unparse(&file))
}
