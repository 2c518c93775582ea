//! Which of `tracing`'s callsites stands for which of ours.

use std::collections::HashMap;
use std::sync::LazyLock;
use std::sync::PoisonError;
use std::sync::RwLock;

use tracing::Metadata;
use tracing::callsite::Identifier;

use crate::dispatch::Callsite;
use crate::model;

/// What is known of one of `tracing`'s callsites.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Known {
    /// It is another crate's, and has one of our callsites for its spans.
    Foreign(&'static Callsite),
    /// It is the other side of one of our own.
    Own,
}

/// Callsites are static, so their number is bounded by the program text.
static KNOWN: LazyLock<RwLock<HashMap<Identifier, Known>>> = LazyLock::new(RwLock::default);

/// A callsite is the other side of one of our own.
pub(crate) fn add_own(callsite: Identifier) {
    KNOWN.write().unwrap_or_else(PoisonError::into_inner).insert(callsite, Known::Own);
}

/// What is known of the callsite of these metadata; a new one is another crate's.
pub(crate) fn known(metadata: &'static Metadata<'static>) -> Known {
    let identifier = metadata.callsite();
    if let Some(known) = KNOWN.read().unwrap_or_else(PoisonError::into_inner).get(&identifier) {
        return *known;
    }
    let mut all = KNOWN.write().unwrap_or_else(PoisonError::into_inner);
    *all.entry(identifier).or_insert_with(|| Known::Foreign(foreign(metadata)))
}

/// A callsite of ours for the spans of another crate's: no bridge ever leads it back.
fn foreign(metadata: &'static Metadata<'static>) -> &'static Callsite {
    let fields: Vec<_> = metadata.fields().iter().map(|field| field.name()).collect();
    let ours = model::Metadata {
        name: metadata.name(),
        module: metadata.module_path().unwrap_or_else(|| metadata.target()),
        file: metadata.file().unwrap_or_default(),
        line: metadata.line().unwrap_or_default(),
        max: 0,
        description: "",
        details: Some(Box::leak(Box::new(model::Details {
            fields: fields.leak(),
            ..model::Details::DEFAULT
        }))),
    };
    Box::leak(Box::new(Callsite::with_wire(ours, |_| {})))
}
