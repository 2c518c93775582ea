//! The end of a file: that of a record, whatever happened to those who wrote it.

use std::fs::File;
use std::io;
use std::io::Read;
use std::io::Seek;
use std::io::SeekFrom;
use std::io::Write;

use serde_json::Value;

/// The longest end that is taken for the beginning of a record; no record is longer.
const LONGEST: u64 = 16 << 20;
/// So much of the end is looked at first.
const FIRST_LOOK: u64 = 1 << 16;

/// What stood after the last line end of a file.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum End {
    /// Nothing, now: the file ends with a whole record.
    Clean,
    /// Something that no recorder wrote, and that is not touched.
    Foreign,
}

/// Makes the end of the file the end of a record: a record without its line end gets it, and the beginning of one is
/// cut off. What begins otherwise than a record does stays as it is.
pub(crate) fn mend(file: &mut File) -> io::Result<End> {
    let length = file.metadata()?.len();
    if length == 0 || last_byte(file, length)? == b'\n' {
        return Ok(End::Clean);
    }
    let Some(rest) = after_last_line(file, length)? else { return Ok(End::Foreign) };
    if rest.first() != Some(&b'{') {
        return Ok(End::Foreign);
    }
    if serde_json::from_slice::<Value>(&rest).is_ok() {
        file.write_all(b"\n")?;
    } else {
        file.set_len(length - rest.len() as u64)?;
    }
    Ok(End::Clean)
}

fn last_byte(file: &mut File, length: u64) -> io::Result<u8> {
    let mut byte = [0];
    file.seek(SeekFrom::Start(length - 1))?;
    file.read_exact(&mut byte)?;
    Ok(byte[0])
}

/// What stands after the last line end, unless that is too long for a record.
fn after_last_line(file: &mut File, length: u64) -> io::Result<Option<Vec<u8>>> {
    let mut look = FIRST_LOOK;
    loop {
        let start = length.saturating_sub(look);
        let mut bytes = Vec::new();
        file.seek(SeekFrom::Start(start))?;
        file.take(length - start).read_to_end(&mut bytes)?;
        match bytes.iter().rposition(|byte| *byte == b'\n') {
            Some(place) => return Ok(Some(bytes.split_off(place + 1))),
            None if start == 0 => return Ok(Some(bytes)),
            None if look >= LONGEST => return Ok(None),
            None => look *= 16,
        }
    }
}
