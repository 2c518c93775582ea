//! How large a datagram may be.

use std::ops::RangeInclusive;

use crate::recorder::ByteSize;
use crate::recorder::SettingError;
use crate::recorder::Settings;

/// From what every network carries to what UDP's length field has room for, less the headers.
const BYTES: RangeInclusive<usize> = 512..=65_507;

/// The size that is nearest to this one.
pub(crate) fn datagram_size(bytes: usize) -> usize {
    bytes.clamp(*BYTES.start(), *BYTES.end())
}

/// The size that the setting `datagram` says.
///
/// # Errors
///
/// There is no such datagram.
pub(crate) fn take_datagram_size(settings: &mut Settings) -> Result<Option<usize>, SettingError> {
    let Some(ByteSize(bytes)) = settings.take("datagram")? else { return Ok(None) };
    match usize::try_from(bytes) {
        Ok(size) if BYTES.contains(&size) => Ok(Some(size)),
        _ => {
            let (least, most) = (BYTES.start(), BYTES.end());
            let problem = format!("`{bytes}` is not a number of bytes from {least} to {most}");
            Err(settings.error("datagram", problem))
        }
    }
}
