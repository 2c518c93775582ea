//! Files that records are appended to: whole records or nothing, also when the process dies or the disk is full.

mod end;
mod framed_file;
mod opened;
mod opening;
mod record_file;
mod rotation;
#[cfg(test)]
mod tests;

pub(crate) use framed_file::FramedFile;
pub(crate) use record_file::RecordFile;
pub(crate) use rotation::Rotation;
pub(crate) use rotation::here;
