//! A batch that comes again.

use crate::recorder::EventBatch;
use crate::recorder::Pieces;
use crate::recorder::RecorderError;
use crate::recorder::SpanBatch;

/// What a layer made of the batch that the recorder could not ship: if the batch comes again, so does this, and the layer
/// is not asked twice.
pub(crate) struct Again<B>(Option<(B, B)>);

impl<B> Default for Again<B> {
    fn default() -> Self {
        Self(None)
    }
}

impl<B: AsRef<Pieces> + Clone> Again<B> {
    /// Ships what `make` makes of a batch, if anything is left of it.
    pub(crate) fn ship(
        &mut self,
        batch: &B,
        make: impl FnOnce(B) -> B,
        ship: impl FnOnce(&B) -> Result<(), RecorderError>,
    ) -> Result<(), RecorderError> {
        let made = match self.0.take() {
            Some((before, made)) if before.as_ref().is_same(batch.as_ref()) => made,
            _ => make(batch.clone()),
        };
        if made.as_ref().is_empty() {
            return Ok(());
        }
        let result = ship(&made);
        if result.as_ref().is_err_and(RecorderError::is_retryable) {
            self.0 = Some((batch.clone(), made));
        }
        result
    }
}

impl AsRef<Pieces> for EventBatch {
    fn as_ref(&self) -> &Pieces {
        &self.pieces
    }
}

impl AsRef<Pieces> for SpanBatch {
    fn as_ref(&self) -> &Pieces {
        &self.pieces
    }
}
