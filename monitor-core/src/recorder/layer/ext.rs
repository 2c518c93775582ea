//! How layers are put on.

use crate::recorder::Delivery;
use crate::recorder::Recorder;
use crate::recorder::layer::Fitted;
use crate::recorder::layer::Layer;
use crate::recorder::layer::Layered;

/// Puts layers on a recorder.
pub trait RecorderExt: Recorder + Sized {
    /// This recorder with a layer between it and whoever hands it batches.
    fn layer<L: Layer>(self, layer: L) -> Layered<L, Self> {
        Layered::new(layer, self)
    }

    /// This recorder, fed in another way than it asks for, with events as well.
    ///
    /// ```
    /// use monitor_core::layers::RecorderExt;
    /// use monitor_core::{Delivery, Recorder, recorders::Null};
    ///
    /// let recorder = Null::default().fed(Delivery::default().queue(100_000));
    /// assert_eq!(recorder.delivery(), Delivery::default().queue(100_000));
    /// ```
    fn fed(self, delivery: Delivery) -> Fitted<Self> {
        Fitted::fed(self, delivery)
    }

    /// This recorder, fed with events in another way than it asks for; the rest stays.
    ///
    /// ```
    /// use monitor_core::layers::RecorderExt;
    /// use monitor_core::{Delivery, Recorder, recorders::Null};
    ///
    /// let recorder = Null::default().fed_with_events(Delivery::default().queue(100));
    /// assert_eq!(recorder.event_delivery(), Delivery::default().queue(100));
    /// assert_eq!(recorder.delivery(), Null::default().delivery());
    /// ```
    fn fed_with_events(self, delivery: Delivery) -> Fitted<Self> {
        Fitted::fed_with_events(self, delivery)
    }

    /// This recorder under another name, in accounts and messages: for one of several of a kind.
    ///
    /// ```
    /// use monitor_core::layers::RecorderExt;
    /// use monitor_core::{Recorder, recorders::Null};
    ///
    /// assert_eq!(Null::default().named("abroad").name(), "abroad");
    /// ```
    fn named(self, name: impl Into<String>) -> Fitted<Self> {
        Fitted::named(self, name.into())
    }
}

impl<R: Recorder> RecorderExt for R {}
