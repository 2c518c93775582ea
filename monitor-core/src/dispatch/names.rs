//! What the numbers in a record stand for.

use crate::dispatch::error_types::error_type_name;
use crate::dispatch::sources;
use crate::dispatch::sources::Source;
use crate::model::Family;
use crate::model::Metadata;
use crate::recorder::Names;

/// Names of sources and error types, as they were registered.
pub(crate) struct RegisteredNames;

impl Names for RegisteredNames {
    fn metadata(&self, source: u32) -> Option<&'static Metadata> {
        match sources::source(source)? {
            Source::Callsite(callsite) => Some(callsite.metadata()),
            Source::Family(_) | Source::Instrument(_) => None,
        }
    }

    fn family(&self, source: u32) -> Option<&'static Family> {
        match sources::source(source)? {
            Source::Family(family) => Some(family),
            Source::Callsite(_) | Source::Instrument(_) => None,
        }
    }

    fn error_type(&self, id: u16) -> Option<&'static str> {
        error_type_name(id)
    }
}
