//! The nouns: what every other part speaks of. No I/O and no state.

#![forbid(unsafe_code)]

mod caught;
mod clock;
mod context;
mod error_type;
mod escape;
mod family;
mod field;
mod field_buffer;
mod filter;
mod id;
mod label;
mod level;
mod metadata;
mod mix;
mod nearest;
mod outcome;
mod patience;
mod percent;
mod record;
mod resource;
mod since_1970;
pub(crate) mod sync;
mod tally;
mod trace_ids;

pub(crate) use caught::caught;
pub(crate) use clock::counter;
pub use clock::{Clock, ManualClock};
pub(crate) use context::Origin;
pub use context::SpanContext;
pub use error_type::ErrorType;
pub(crate) use escape::Escaped;
#[cfg(feature = "json")]
pub(crate) use escape::is_dangerous;
pub use family::Family;
pub use field::{FieldValue, Value};
pub(crate) use field_buffer::{FieldBuffer, FieldName, Fields, Own};
pub use filter::{Filter, FilterError};
pub use id::{SpanId, TraceId};
pub use label::{Label, LabelRef, LabelText, Labels};
pub(crate) use level::Levels;
pub use level::{TraceLevel, WithoutParent};
pub use metadata::{Details, Metadata, Signals, SpanKind};
pub(crate) use mix::{GOLDEN, mix, unmix};
pub(crate) use nearest::{list_known, nearest};
pub use outcome::Outcome;
pub(crate) use patience::Patience;
pub(crate) use percent::percent_decoded;
pub(crate) use record::{Head, PAYLOAD, Record, Slot, WORDS};
pub use resource::Resource;
pub(crate) use since_1970::since_1970;
pub use tally::Tally;
pub use trace_ids::TraceIds;
