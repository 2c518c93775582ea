//! What an event is.

use std::fmt;

use crate::event::Severity;
use crate::model::Family;
use crate::model::FieldValue;
use crate::model::Value;

/// Something that happened, typed.
///
/// One type is one family of events: a struct with one event, or an enum with one event a variant. Listeners hear the
/// value itself, on the thread where it happened; recorders get its name and fields, in batches.
///
/// `#[derive(Event)]` writes this for a type of one's own:
///
/// ```
/// use monitor_core::event::{Event, Severity};
///
/// #[derive(Clone, Debug, Event)]
/// #[event(name = "cache.evicted", severity = warn)]
/// struct CacheEvicted {
///     key: String,
///     bytes: u64,
/// }
///
/// let event = CacheEvicted { key: String::from("a"), bytes: 7 };
/// assert_eq!((event.name(), event.severity()), ("cache.evicted", Severity::Warn));
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no event",
    label = "`Event` is not implemented for it",
    note = "write `#[derive(Clone, Debug, Event)]` above it, with `use monitor_core::event::Event`"
)]
pub trait Event: Clone + fmt::Debug + Send + Sync + 'static {
    /// The family: one static for each type.
    fn family() -> &'static Family;

    /// Which event of the family this is: its place among [`Family::events`].
    fn index(&self) -> usize;

    /// How much it matters.
    fn severity(&self) -> Severity {
        Severity::Info
    }

    /// Hands over names and values of the fields, in a fixed order; what is absent is left out.
    fn fields(&self, add: &mut dyn FnMut(&'static str, FieldValue<'_>));

    /// The name of this event, such as `command.started`.
    fn name(&self) -> &'static str {
        Self::family().events().get(self.index()).copied().unwrap_or_default()
    }
}

/// An event, or what is one event of a family: a [`CommandStarted`](crate::event::CommandStarted) is a
/// [`CommandEvent`](crate::event::CommandEvent).
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no event",
    label = "no event",
    note = "write `#[derive(Clone, Debug, Event)]` above it, with `use monitor_core::event::Event`"
)]
pub trait IntoEvent {
    /// The type that the family's listeners hear.
    type Event: Event;

    /// The event of the family.
    fn into_event(self) -> Self::Event;
}

impl<E: Event> IntoEvent for E {
    type Event = E;

    #[inline]
    fn into_event(self) -> E {
        self
    }
}

/// What takes the fields of an event.
pub(crate) type Add<'a> = &'a mut dyn FnMut(&'static str, FieldValue<'_>);

/// Hands over one field, if it has a value.
pub fn put<V: Value + ?Sized>(
    add: &mut dyn FnMut(&'static str, FieldValue<'_>),
    name: &'static str,
    value: &V,
) {
    if let Some(value) = value.field() {
        add(name, value);
    }
}

/// Hands over one field in the form that it is displayed in.
pub fn put_display<V: fmt::Display + ?Sized>(
    add: &mut dyn FnMut(&'static str, FieldValue<'_>),
    name: &'static str,
    value: &V,
) {
    add(name, FieldValue::Text(value.to_string().into()));
}

/// Hands over one field in the form that programmers see.
pub fn put_debug<V: fmt::Debug + ?Sized>(
    add: &mut dyn FnMut(&'static str, FieldValue<'_>),
    name: &'static str,
    value: &V,
) {
    add(name, FieldValue::Text(format!("{value:?}").into()));
}

/// What one event of a family tells.
pub(crate) trait Told {
    fn severity(&self) -> Severity {
        Severity::Info
    }

    fn fields(&self, add: Add<'_>);
}

/// The type of a family, an event a variant, from what each of them tells.
macro_rules! family {
    (
        $(#[$about:meta])*
        $family:ident is $name:literal {
            $($(#[$told:meta])* $variant:ident($payload:ident) is $text:literal,)*
        }
    ) => {
        $(#[$about])*
        #[non_exhaustive]
        #[derive(Clone, Debug, PartialEq)]
        pub enum $family {
            $($(#[$told])* $variant($payload),)*
        }

        impl $crate::event::Event for $family {
            #[inline]
            fn family() -> &'static $crate::model::Family {
                static FAMILY: $crate::model::Family = $crate::model::Family::new($name, &[$($text),*]);
                &FAMILY
            }

            fn index(&self) -> usize {
                enum Place {
                    $($variant,)*
                }
                match self {
                    $($family::$variant(_) => Place::$variant as usize,)*
                }
            }

            fn severity(&self) -> $crate::event::Severity {
                match self {
                    $($family::$variant(event) => $crate::event::port::Told::severity(event),)*
                }
            }

            fn fields(&self, add: &mut dyn FnMut(&'static str, $crate::model::FieldValue<'_>)) {
                match self {
                    $($family::$variant(event) => $crate::event::port::Told::fields(event, add),)*
                }
            }
        }

        $(
            impl From<$payload> for $family {
                fn from(event: $payload) -> Self {
                    $family::$variant(event)
                }
            }

            impl $crate::event::IntoEvent for $payload {
                type Event = $family;

                #[inline]
                fn into_event(self) -> $family {
                    $family::$variant(self)
                }
            }
        )*
    };
}

pub(crate) use family;
