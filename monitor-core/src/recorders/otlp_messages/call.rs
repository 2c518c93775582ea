//! A span and what all spans of its callsite that ended so say alike, which is encoded once for all of them.

use std::ops::Deref;
use std::ops::DerefMut;
use std::sync::Arc;

use prost::DecodeError;
use prost::Message;
use prost::bytes::Buf;
use prost::bytes::BufMut;
use prost::encoding::DecodeContext;
use prost::encoding::WireType;
use prost::encoding::message;
use serde::Serialize;
use serde::Serializer;

use crate::recorders::otlp_messages::KeyValue;
use crate::recorders::otlp_messages::trace::Span;

/// The field `attributes` of a span.
const ATTRIBUTES: u32 = 9;

/// Attributes that many spans have.
#[derive(Debug, PartialEq)]
pub(crate) struct Common {
    list: Vec<KeyValue>,
    /// The list as a part of a span's message.
    encoded: Vec<u8>,
}

impl From<Vec<KeyValue>> for Common {
    fn from(list: Vec<KeyValue>) -> Self {
        let mut encoded = Vec::new();
        message::encode_repeated(ATTRIBUTES, &list, &mut encoded);
        Self { list, encoded }
    }
}

/// A span, whose own attributes are followed by those that others have as well: on the wire one span with all of them,
/// since the parts of a message may lie anywhere in it.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Call {
    pub(crate) span: Span,
    pub(crate) common: Option<Arc<Common>>,
}

impl Call {
    fn common(&self) -> &[u8] {
        self.common.as_deref().map_or(&[], |common| &common.encoded)
    }
}

impl From<Span> for Call {
    fn from(span: Span) -> Self {
        Self { span, common: None }
    }
}

impl Deref for Call {
    type Target = Span;

    fn deref(&self) -> &Span {
        &self.span
    }
}

impl DerefMut for Call {
    fn deref_mut(&mut self) -> &mut Span {
        &mut self.span
    }
}

impl Message for Call {
    fn encode_raw(&self, buffer: &mut impl BufMut) {
        self.span.encode_raw(buffer);
        buffer.put_slice(self.common());
    }

    fn merge_field(
        &mut self,
        tag: u32,
        wire_type: WireType,
        buffer: &mut impl Buf,
        context: DecodeContext,
    ) -> Result<(), DecodeError> {
        self.span.merge_field(tag, wire_type, buffer, context)
    }

    fn encoded_len(&self) -> usize {
        self.span.encoded_len() + self.common().len()
    }

    fn clear(&mut self) {
        *self = Self::default();
    }
}

impl Serialize for Call {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Some(common) = &self.common else { return self.span.serialize(serializer) };
        let mut whole = self.span.clone();
        whole.attributes.extend_from_slice(&common.list);
        whole.serialize(serializer)
    }
}
